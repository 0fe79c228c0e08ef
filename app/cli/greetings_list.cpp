#include "cli/greetings.hpp"

#include <CLI/CLI.hpp>

#include <limits>
#include <memory>

namespace greeter {

namespace {

struct Options {
  ConnectionOptions connection;
  Output output = Output::table;
  std::string pattern, state, language, due, sort;
  std::vector<std::string> tags;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  const CLI::Option* language_given = nullptr; // --language '' means those without one
};

int list(const Options& options) {
  std::vector<std::pair<std::string, std::string>> query;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) query.emplace_back(name, value);
  };
  add("pattern", options.pattern);
  for (const auto& tag : options.tags) add("tag", tag);
  add("state", options.state);
  if (options.language_given->count() > 0) query.emplace_back("language", options.language);
  add("due", options.due);
  add("sort", options.sort);
  const auto gathered =
      gather(options.connection, [&](const Api& api) { return list_greetings(api, query, options.limit); });
  if (!gathered.bodies.empty() || gathered.exit == exit_ok) say_greetings(gathered, options.output);
  return gathered.exit;
}

std::shared_ptr<Options> add_list(Commands& commands, CLI::App& group, const std::string& name, const std::string& help,
                                  CLI::App*& command) {
  auto options = std::make_shared<Options>();
  command = &commands.add(group, name, help, [options] { return list(*options); });
  command->add_option("--tag", options->tags, "only those with this tag; repeat it for those with all of them")
      ->type_name("TAG")
      ->expected(1)
      ->take_all();
  command->add_option("--state", options->state, "only those in this state")
      ->type_name("draft|active|retired")
      ->check(CLI::IsMember({"draft", "active", "retired"}).description(""));
  options->language_given =
      command->add_option("--language", options->language, "only those in this language; '': those for every language")
          ->type_name("TAG");
  command->add_option("--due", options->due, "only those that are due: now, or at a time like 2026-12-24T00:00:00Z")
      ->type_name("TIME");
  command->add_option("--sort", options->sort, "by id, updated_at or starts_at; - before it turns the order round (id)")
      ->type_name("id|-id|updated_at|-updated_at|starts_at|-starts_at")
      ->check(CLI::IsMember({"id", "-id", "updated_at", "-updated_at", "starts_at", "-starts_at"}).description(""));
  command->add_option("--limit", options->limit, "no more than these (all)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::numeric_limits<std::size_t>::max()).description(""));
  add_output(*command, options->output);
  add_connection(*command, options->connection, true);
  return options;
}

} // namespace

void add_greetings_list(Commands& commands, CLI::App& group) {
  CLI::App* command = nullptr;
  add_list(commands, group, "list", "list greetings", command);
  const auto options = add_list(commands, group, "search", "list those whose id, text or description match", command);
  command->add_option("pattern", options->pattern, "a regular expression (RE2); (?i) before it ignores case")
      ->type_name("PATTERN")
      ->required();
}

} // namespace greeter
