#include "cli/greetings.hpp"

#include "cli/commands.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace greeter {

namespace {

constexpr std::size_t page = 500;

} // namespace

void add_greetings(Commands& commands) {
  auto& group = Commands::group(commands.root(), "greetings", "look after the table of greetings of a running server");
  for (auto* const add :
       {add_greetings_list, add_greetings_get, add_greetings_put, add_greetings_edit, add_greetings_delete,
        add_greetings_import, add_greetings_export, add_greetings_preview, add_greetings_watch})
    add(commands, group);
}

int for_each_target(const ConnectionOptions& options, const std::function<int(const Api&, bool several)>& one) {
  const auto targets = resolve(options);
  if (!targets) {
    complain(targets.error().message);
    return exit_usage;
  }
  int worst = exit_ok;
  std::string failed;
  for (const auto& target : targets.value()) {
    const int exit = one(Api(target), options.all_customers);
    if (exit != exit_ok) failed += fmt::format("{}{} ({})", failed.empty() ? "" : ", ", target.name, exit);
    worst = std::max(worst, exit);
  }
  if (options.all_customers && !failed.empty())
    complain(fmt::format("failed, with exit code: {}; {} in all", failed, targets.value().size()));
  return worst;
}

int complain_of(const Answer& answer, const Api& api, bool several) {
  complain(several ? api.target().name + ": " + answer.message : answer.message);
  return answer.exit;
}

Gathered gather(const ConnectionOptions& options, const std::function<Answer(const Api&)>& one) {
  Gathered gathered;
  gathered.several = options.all_customers;
  gathered.exit = for_each_target(options, [&](const Api& api, bool several) -> int {
    auto answer = one(api);
    if (!answer.ok()) return complain_of(answer, api, several);
    gathered.bodies.emplace_back(api.target().name, std::move(answer.body));
    return exit_ok;
  });
  return gathered;
}

void say_bodies(const Gathered& gathered, Output output) {
  if (!gathered.several) return say_value(gathered.bodies.front().second, output);
  auto all = Json::array();
  for (const auto& [customer, body] : gathered.bodies) all.push_back(with_customer(body, customer));
  say_value(all, output);
}

Json with_customer(const Json& object, const std::string& customer) {
  Json out{{"customer", customer}};
  for (const auto& [key, value] : object.items())
    if (key != "customer") out[key] = value; // what a preview calls the customer is not what the context is called
  return out;
}

Answer list_greetings(const Api& api, const std::vector<std::pair<std::string, std::string>>& query, std::size_t most) {
  auto all = Json::array();
  Answer answer;
  std::string cursor;
  do {
    auto asked = query;
    asked.emplace_back("limit", std::to_string(std::min(page, most - all.size())));
    if (!cursor.empty()) asked.emplace_back("cursor", cursor);
    answer = api.ask({.path = "/greetings", .query = asked});
    if (!answer.ok()) return answer;
    if (answer.body.is_object() && answer.body["items"].is_array())
      for (auto& item : answer.body["items"]) all.push_back(std::move(item));
    cursor = answer.text_of("next_cursor");
  } while (!cursor.empty() && all.size() < most);
  answer.body = std::move(all);
  return answer;
}

std::string cell(const Json& object, const char* member) {
  const auto found = object.is_object() ? object.find(member) : object.end();
  if (!object.is_object() || found == object.end() || found->is_null()) return {};
  if (found->is_string()) return found->get<std::string>();
  if (!found->is_array()) return found->dump();
  std::string items;
  for (const auto& item : *found)
    items += (items.empty() ? "" : ",") + (item.is_string() ? item.get<std::string>() : item.dump());
  return items;
}

void say_greetings(const Gathered& gathered, Output output) {
  auto all = Json::array();
  for (const auto& [customer, body] : gathered.bodies) {
    const auto items = body.is_array() ? body : Json::array({body});
    for (const auto& item : items) all.push_back(gathered.several ? with_customer(item, customer) : item);
  }
  if (output != Output::table) return say_value(all, output);
  Table table{{"ID", "STATE", "LANGUAGE", "STARTS", "ENDS", "TAGS", "TEXT"}, {}};
  if (gathered.several) table.header.insert(table.header.begin(), "CUSTOMER");
  for (const auto& item : all) {
    std::vector<std::string> row;
    if (gathered.several) row.push_back(cell(item, "customer"));
    for (const auto* member : {"id", "state", "language", "starts_at", "ends_at", "tags", "text"})
      row.push_back(cell(item, member));
    table.rows.push_back(std::move(row));
  }
  say_table(table);
}

} // namespace greeter
