#include "cli/files.hpp"
#include "cli/greetings.hpp"
#include "cli/yaml.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <optional>

namespace greeter {

namespace {

struct Options {
  ConnectionOptions connection;
  Output output = Output::table;
  std::string id, file;
  std::optional<std::string> text, description, language, state, starts, ends;
  std::vector<std::string> tags;
  std::optional<std::uint64_t> revision;
  bool force = false;
};

// What is to be there: the file, with the flags over it.
Result<Json> content(const Options& options) {
  auto body = Json::object();
  if (!options.file.empty()) {
    const auto name = options.file == "-" ? "standard input" : options.file;
    const auto text = read_file(options.file);
    if (!text) return text.error();
    auto parsed = parse_yaml(text.value(), name);
    if (!parsed) return parsed.error();
    if (!parsed.value().is_object())
      return Error{ErrorCode::invalid, name + " holds no greeting; write text: ... and what else it has"};
    body = std::move(parsed.value());
  }
  const auto set = [&](const char* member, const std::optional<std::string>& value, bool nullable = false) {
    if (value) body[member] = nullable && value->empty() ? Json() : Json(*value);
  };
  set("text", options.text);
  set("description", options.description);
  set("language", options.language, true);
  set("state", options.state);
  set("starts_at", options.starts, true);
  set("ends_at", options.ends, true);
  if (!options.tags.empty()) body["tags"] = options.tags;
  if (body.empty()) return Error{ErrorCode::invalid, "say what to put: --text TEXT, or -f FILE"};
  return body;
}

Answer exists_already(const Api& api, const Options& options, Answer answer) {
  const auto there = api.get(options.id);
  const auto revision = there.number("revision");
  answer.message =
      fmt::format("{} exists already{}: \"{}\"\n  --force replaces whatever is there{}; greeter greetings "
                  "edit {} changes it",
                  options.id, revision ? fmt::format(" (revision {})", *revision) : "", there.text_of("text"),
                  revision ? fmt::format(", --if-revision {} just this", *revision) : "", options.id);
  return answer;
}

// `how` gets what happened to it.
Answer put(const Api& api, const Options& options, const Json& body, std::string& how) {
  Api::Call call{.method = "PUT", .path = path_of(options.id), .body = body.dump(), .content_type = "application/json"};
  if (options.revision) call.headers = {{"If-Match", if_match(*options.revision)}};
  auto answer = api.ask(call);
  how = answer.status == 201 ? "created" : "unchanged";
  if (options.revision && answer.number("revision") != options.revision) how = "replaced";
  if (answer.status != 428) return answer;
  if (!options.force) return exists_already(api, options, std::move(answer));
  call.headers = {{"If-Match", "*"}};
  how = "replaced";
  return api.ask(call);
}

int put_all(const Options& options) {
  const auto body = content(options);
  if (!body) {
    complain(body.error().message);
    return exit_usage;
  }
  const auto gathered = gather(options.connection, [&](const Api& api) {
    std::string how;
    auto answer = put(api, options, body.value(), how);
    if (answer.ok() && options.output == Output::table)
      say(fmt::format("{}{} {}, revision {}\n", options.connection.all_customers ? api.target().name + ": " : "",
                      options.id, how, answer.number("revision").value_or(0)));
    return answer;
  });
  if (options.output == Output::table) return gathered.exit;
  if (gathered.several) say_greetings(gathered, options.output);
  else if (!gathered.bodies.empty()) say_value(gathered.bodies.front().second, options.output);
  return gathered.exit;
}

} // namespace

void add_greetings_put(Commands& commands, CLI::App& group) {
  const auto options = std::make_shared<Options>();
  auto& command = commands.add(group, "put", "create a greeting, or replace the whole of one",
                               [options] { return put_all(*options); });
  command.add_option("id", options->id, "its id: 1 to 63 of a-z, 0-9 and -")->type_name("ID")->required();
  command.add_option("-f,--file", options->file, "JSON or YAML of the greeting; -: standard input")->type_name("FILE");
  command.add_option("--text", options->text, "what visitors read")->type_name("TEXT");
  command.add_option("--description", options->description, "for those who look after the table")->type_name("TEXT");
  command.add_option("--language", options->language, "like de or de-AT; '': for every language")->type_name("TAG");
  command.add_option("--tag", options->tags, "repeat it for more")->type_name("TAG")->expected(1)->take_all();
  command.add_option("--state", options->state, "(active)")
      ->type_name("draft|active|retired")
      ->check(CLI::IsMember({"draft", "active", "retired"}).description(""));
  command.add_option("--starts", options->starts, "first moment it may be given, like 2026-12-24T00:00:00+01:00")
      ->type_name("TIME");
  command.add_option("--ends", options->ends, "first moment it may no longer")->type_name("TIME");
  auto* const revision = command.add_option("--if-revision", options->revision, "replace it only if it is this one");
  revision->type_name("N");
  command.add_flag("--force", options->force, "replace whatever is there")->excludes(revision);
  add_output(command, options->output);
  add_connection(command, options->connection, true);
}

} // namespace greeter
