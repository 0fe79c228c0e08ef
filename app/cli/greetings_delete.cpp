#include "cli/greetings.hpp"
#include "cli/width.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include <unistd.h>

namespace greeter {

namespace {

struct Options {
  ConnectionOptions connection;
  std::vector<std::string> ids;
  bool yes = false;
};

bool agreed(const Answer& there, const std::string& id) {
  fmt::print(stderr, "delete {} (revision {}, \"{}\")? [y/N] ", one_line(id), there.number("revision").value_or(0),
             one_line(there.text_of("text")));
  std::string line;
  return std::getline(std::cin, line) && (line == "y" || line == "Y" || line == "yes");
}

// Deletes just what was seen: If-Match is its revision.
int delete_one(const Api& api, const Options& options, const std::string& id) {
  const auto there = api.get(id);
  if (!there.ok()) return complain_of(there, api, false);
  if (!options.yes && !agreed(there, id)) {
    complain(id + " stays");
    return exit_failed;
  }
  const auto gone = api.ask({.method = "DELETE", .path = path_of(id), .headers = {{"If-Match", there.etag}}});
  if (!gone.ok()) return complain_of(gone, api, false);
  say(one_line(id) + " deleted\n");
  return exit_ok;
}

int delete_all(const Options& options) {
  if (!options.yes && ::isatty(STDIN_FILENO) != 1) {
    complain("there is no terminal to ask at: --yes deletes without asking");
    return exit_usage;
  }
  return for_each_target(options.connection, [&](const Api& api, bool) {
    int worst = exit_ok;
    for (const auto& id : options.ids) worst = std::max(worst, delete_one(api, options, id));
    return worst;
  });
}

} // namespace

void add_greetings_delete(Commands& commands, CLI::App& group) {
  const auto options = std::make_shared<Options>();
  auto& command = commands.add(group, "delete", "delete greetings", [options] { return delete_all(*options); });
  command.add_option("id", options->ids, "their ids")->type_name("ID...")->required();
  command.add_flag("--yes", options->yes, "do not ask");
  add_connection(command, options->connection);
}

} // namespace greeter
