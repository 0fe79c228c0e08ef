#include "cli/greetings.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace greeter {

namespace {

struct Options {
  ConnectionOptions connection;
  Output output = Output::table;
  std::string id;
};

// All of one greeting, a member a line.
void say_whole(const Json& greeting) {
  Table table{{"FIELD", "VALUE"}, {}};
  for (const auto& [name, value] : greeting.items()) table.rows.push_back({name, cell(greeting, name.c_str())});
  say(to_text(table, std::nullopt, colours()));
}

int get(const Options& options) {
  const auto gathered = gather(options.connection, [&](const Api& api) { return api.get(options.id); });
  if (gathered.several) say_greetings(gathered, options.output);
  else if (gathered.bodies.empty()) return gathered.exit;
  else if (options.output == Output::table) say_whole(gathered.bodies.front().second);
  else say_value(gathered.bodies.front().second, options.output);
  return gathered.exit;
}

} // namespace

void add_greetings_get(Commands& commands, CLI::App& group) {
  const auto options = std::make_shared<Options>();
  auto& command = commands.add(group, "get", "show one greeting", [options] { return get(*options); });
  command.add_option("id", options->id, "its id")->type_name("ID")->required();
  add_output(command, options->output);
  add_connection(command, options->connection, true);
}

} // namespace greeter
