#include "cli/greetings.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace greeter {

namespace {

struct Options {
  ConnectionOptions connection;
  Output output = Output::table;
  std::string at, language;
};

void say_table_of(const Gathered& gathered) {
  Table table{{"AT", "GREETING", "NEXT CHANGE", "TEXT"}, {}};
  if (gathered.several) table.header.insert(table.header.begin(), "CUSTOMER");
  for (const auto& [customer, body] : gathered.bodies) {
    const auto greeting = body.is_object() && body.contains("greeting") ? cell(body["greeting"], "id") : "";
    const auto next = cell(body, "next_change");
    std::vector<std::string> row{cell(body, "at"), greeting.empty() ? "(the customer's own)" : greeting,
                                 next.empty() ? "none" : next, cell(body, "response")};
    if (gathered.several) row.insert(row.begin(), customer);
    table.rows.push_back(std::move(row));
  }
  say_table(table);
}

int preview(const Options& options) {
  std::vector<std::pair<std::string, std::string>> query;
  if (!options.at.empty()) query.emplace_back("at", options.at);
  if (!options.language.empty()) query.emplace_back("language", options.language);
  const auto gathered = gather(options.connection,
                               [&](const Api& api) { return api.ask({.path = "/greetings/preview", .query = query}); });
  if (gathered.bodies.empty()) return gathered.exit;
  if (options.output == Output::table) say_table_of(gathered);
  else say_bodies(gathered, options.output);
  return gathered.exit;
}

} // namespace

void add_greetings_preview(Commands& commands, CLI::App& group) {
  const auto options = std::make_shared<Options>();
  auto& command =
      commands.add(group, "preview", "what visitors read, now or at a time", [options] { return preview(*options); });
  command.add_option("--at", options->at, "a time like 2026-12-24T00:00:00+01:00 (now)")->type_name("TIME");
  command.add_option("--language", options->language, "as browsers send it: de-AT,de;q=0.8")->type_name("LANGUAGES");
  add_output(command, options->output);
  add_connection(command, options->connection, true);
}

} // namespace greeter
