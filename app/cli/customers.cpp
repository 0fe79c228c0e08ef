#include "cli/cli.hpp"
#include "cli/commands.hpp"

#include "config/customers.hpp"

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

} // namespace

int check_customers(const Settings& settings, const std::string& path) {
  if (!exists(path)) return exit_usage;
  const auto files = read_customers(path, settings.domain);
  if (!sound(files, path)) return exit_failed;
  fmt::print("{}: {} customer{}, no fault\n", path, files.customers.size(), files.customers.size() == 1 ? "" : "s");
  return exit_ok;
}

int list_customers(const Settings& settings, const std::string& path, ListFormat format) {
  if (!exists(path)) return exit_usage;
  const auto files = read_customers(path, settings.domain);
  if (!sound(files, path)) return exit_failed;
  if (format == ListFormat::json) print_json(files.customers);
  else print_table(files.customers);
  return exit_ok;
}

} // namespace greeter
