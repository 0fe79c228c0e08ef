#include "cli/commands.hpp"
#include "cli/greetings.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace greeter {

namespace {

struct Options {
  ConnectionOptions connection;
  Output output = Output::table;
  std::string days;
};

// A row of each of the body's `list`, from the members `name` and "count".
void add_rows(Table& table, const Gathered& gathered, const char* list, const char* name) {
  if (gathered.several) table.header.insert(table.header.begin(), "CUSTOMER");
  for (const auto& [customer, body] : gathered.bodies) {
    if (!body.is_object() || !body.contains(list)) continue;
    for (const auto& item : body[list]) {
      auto of = cell(item, name);
      std::vector<std::string> row{of.empty() ? "(the customer's own)" : std::move(of), cell(item, "count")};
      if (gathered.several) row.insert(row.begin(), customer);
      table.rows.push_back(std::move(row));
    }
  }
}

void say_tables(const Gathered& gathered) {
  Table days{{"DAY", "GIVEN"}, {}}, greetings{{"GREETING", "GIVEN"}, {}};
  add_rows(days, gathered, "days", "day");
  add_rows(greetings, gathered, "greetings", "id");
  for (const auto& [customer, body] : gathered.bodies) {
    std::vector<std::string> row{"(all)", cell(body, "total")};
    if (gathered.several) row.insert(row.begin(), customer);
    greetings.rows.push_back(std::move(row));
  }
  say_table(days);
  say("\n");
  say_table(greetings);
}

int visits(const Options& options) {
  std::vector<std::pair<std::string, std::string>> query;
  if (!options.days.empty()) query.emplace_back("days", options.days);
  const auto gathered =
      gather(options.connection, [&](const Api& api) { return api.ask({.path = "/visits", .query = query}); });
  if (gathered.bodies.empty()) return gathered.exit;
  if (options.output == Output::table) say_tables(gathered);
  else say_bodies(gathered, options.output);
  return gathered.exit;
}

} // namespace

void add_visits(Commands& commands) {
  const auto options = std::make_shared<Options>();
  auto& command = commands.add(commands.root(), "visits", "how often a running server's greetings were given",
                               [options] { return visits(*options); });
  command.add_option("--days", options->days, "as many days, until today (30)")->type_name("1-400");
  add_output(command, options->output);
  add_connection(command, options->connection, true);
}

} // namespace greeter
