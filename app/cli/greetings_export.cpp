#include "cli/files.hpp"
#include "cli/greetings.hpp"
#include "cli/placeholder.hpp"
#include "cli/width.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace greeter {

namespace {

struct Options {
  ConnectionOptions connection;
  std::string file;
  bool all = false;
};

std::string line_of(const Json& greeting) {
  return harmless_json(greeting.dump(-1, ' ', false, Json::error_handler_t::replace)) + '\n';
}

// The lines of an export, as pieces of them arrive.
class Lines {
public:
  // `customer`: what every greeting gets as a member; empty: nothing.
  Lines(std::string customer, bool to_output) : customer_(std::move(customer)), to_output_(to_output) {}

  bool feed(std::string_view piece) {
    rest_ += piece;
    const auto end = rest_.rfind('\n');
    if (end == std::string::npos) return true;
    for (std::size_t at = 0; at <= end;) {
      const auto next = rest_.find('\n', at);
      add(std::string_view(rest_).substr(at, next - at));
      at = next + 1;
    }
    rest_.erase(0, end + 1);
    return true;
  }

  void add(std::string_view line) {
    if (line.empty()) return;
    ++count;
    if (customer_.empty()) return write(harmless_json(line) + '\n');
    const auto greeting = Json::parse(line, nullptr, false);
    write(greeting.is_object() ? line_of(with_customer(greeting, customer_)) : std::string(line) + '\n');
  }

  std::size_t count = 0;
  std::string text; // where it is for a file

private:
  void write(const std::string& line) {
    if (to_output_) say(line);
    else text += line;
  }

  std::string customer_, rest_;
  bool to_output_;
};

Answer read_into(Lines& lines, const Api& api, bool all) {
  if (!all)
    return api.ask(
        {.path = "/greetings/export"}, [&](std::string_view piece) { return lines.feed(piece); }, api.target().timeout);
  auto answer = list_greetings(api, {}, std::numeric_limits<std::size_t>::max());
  if (answer.ok())
    for (const auto& greeting : answer.body) lines.add(greeting.dump(-1, ' ', false, Json::error_handler_t::replace));
  return answer;
}

int export_from(const Api& api, const Options& options, bool several) {
  const bool to_output = options.file.empty() || options.file == "-";
  Lines lines(several && to_output ? api.target().name : "", to_output);
  auto answer = read_into(lines, api, options.all);
  if (!answer.ok()) {
    if (lines.count > 0)
      answer.message += fmt::format("\n  after {} greetings: this export is not complete", lines.count);
    return complain_of(answer, api, several);
  }
  if (to_output) return exit_ok;
  const auto name = with_placeholder(options.file, api.target().name);
  if (const auto written = write_file(name, lines.text); !written) {
    complain(written.error().message);
    return exit_failed;
  }
  say(fmt::format("{} greetings in {}\n", lines.count, name));
  return exit_ok;
}

int export_all(const Options& options) {
  const bool one_file =
      !options.file.empty() && options.file != "-" && options.file.find(placeholder) == std::string::npos;
  if (one_file && options.connection.all_customers) {
    complain("one file for all customers would keep the last one's only: put {customer} into its name");
    return exit_usage;
  }
  return for_each_target(options.connection,
                         [&](const Api& api, bool several) { return export_from(api, options, several); });
}

} // namespace

void add_greetings_export(Commands& commands, CLI::App& group) {
  const auto options = std::make_shared<Options>();
  auto& command = commands.add(group, "export", "write every stored greeting as NDJSON, as import takes it",
                               [options] { return export_all(*options); });
  command
      .add_option("--file", options->file,
                  "where to, instead of standard output; {customer} in its name becomes the "
                  "context's")
      ->type_name("FILE");
  command.add_flag("--all", options->all, "those of the configuration as well");
  add_connection(command, options->connection, true);
}

} // namespace greeter
