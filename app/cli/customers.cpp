#include "cli/commands.hpp"
#include "cli/exit.hpp"

#include "config/customers.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace greeter {

namespace {

bool exists(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) return true;
  fmt::print(stderr, "greeter: {} can't be read: {}\n", path,
             error ? error.message() : "there is no such file or folder");
  return false;
}

// All faults on standard error; true when there are none and at least one customer.
bool sound(const CustomerFiles& files, const std::string& path) {
  for (const auto& fault : files.faults) fmt::print(stderr, "{}\n", to_string(fault));
  if (files.faults.empty() && files.customers.empty())
    fmt::print(stderr, "{}: holds no <customer>.yaml; add one\n", path);
  return files.faults.empty() && !files.customers.empty();
}

void print_json(const std::vector<Customer>& customers) {
  auto all = nlohmann::ordered_json::array();
  for (const auto& c : customers)
    all.push_back({{"customer", c.id},
                   {"name", c.name},
                   {"host", c.hosts.front()},
                   {"hosts", c.hosts},
                   {"greeting", c.greeting}});
  fmt::print("{}\n", all.dump(2));
}

void print_table(const std::vector<Customer>& customers) {
  std::size_t id = 8, name = 4, host = 4;
  for (const auto& c : customers) {
    id = std::max(id, c.id.size());
    name = std::max(name, c.name.size());
    host = std::max(host, c.hosts.front().size());
  }
  fmt::print("{:{}}  {:{}}  {:{}}  {}\n", "CUSTOMER", id, "NAME", name, "HOST", host, "GREETING");
  for (const auto& c : customers) {
    auto one_line = c.greeting.substr(0, c.greeting.find('\n'));
    if (one_line.size() < c.greeting.size()) one_line += " ...";
    fmt::print("{:{}}  {:{}}  {:{}}  {}\n", c.id, id, c.name, name, c.hosts.front(), host, one_line);
  }
}

int check_customers(const Settings& settings, const std::string& path) {
  if (!exists(path)) return exit_usage;
  const auto files = read_customers(path, settings.domain);
  if (!sound(files, path)) return exit_failed;
  fmt::print("{}: {} customer{}, no fault\n", path, files.customers.size(), files.customers.size() == 1 ? "" : "s");
  return exit_ok;
}

enum class ListFormat { table, json };

int list_customers(const Settings& settings, const std::string& path, ListFormat format) {
  if (!exists(path)) return exit_usage;
  const auto files = read_customers(path, settings.domain);
  if (!sound(files, path)) return exit_failed;
  if (format == ListFormat::json) print_json(files.customers);
  else print_table(files.customers);
  return exit_ok;
}

struct Options {
  std::string path;
  ListFormat format = ListFormat::table;
};

} // namespace

void add_customers(Commands& commands) {
  const auto options = std::make_shared<Options>();
  auto& group = Commands::group(commands.root(), "customers", "look at the customers' files", true);
  auto& check = commands.add(
      group, "check", "find every fault in a folder of customers' files",
      [options](const Settings& settings, const Environment&) { return check_customers(settings, options->path); });
  auto& list = commands.add(group, "list", "who is greeted where and how",
                            [options](const Settings& settings, const Environment&) {
                              return list_customers(settings, options->path, options->format);
                            });
  for (auto* const command : {&check, &list})
    command->add_option("path", options->path, "the folder, or one file")->type_name("PATH")->required();
  const std::map<std::string, ListFormat> formats{{"table", ListFormat::table}, {"json", ListFormat::json}};
  list.add_option("--output", options->format, "how to show it (table)")
      ->type_name("table|json")
      ->transform(CLI::CheckedTransformer(formats).description(""));
}

} // namespace greeter
