#include "cli/commands.hpp"
#include "cli/customers_diff.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"

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

// 0 is the first to be deployed. The chart's schema says which there are, and its default.
int wave(const nlohmann::json& values) {
  const auto& wave = values.value("/rollout/wave"_json_pointer, nlohmann::json());
  return wave.is_number_integer() ? wave.get<int>() : 1;
}

void print_json(const std::vector<Customer>& customers, const CustomerValues& values) {
  auto all = nlohmann::ordered_json::array();
  for (const auto& c : customers)
    all.push_back({{"customer", c.id},
                   {"name", c.name},
                   {"host", c.hosts.front()},
                   {"hosts", c.hosts},
                   {"greeting", c.greeting},
                   {"wave", wave(values.at(c.id))}});
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

int refuse(const Error& error) {
  complain(error.message);
  return exit_failed;
}

int list_customers(const Settings& settings, const std::string& path, ListFormat format) {
  if (!exists(path)) return exit_usage;
  const auto files = read_customers(path, settings.domain);
  if (!sound(files, path)) return exit_failed;
  if (format == ListFormat::table) {
    print_table(files.customers);
    return exit_ok;
  }
  const auto values = read_customer_values(path);
  if (!values) return refuse(values.error());
  print_json(files.customers, values.value());
  return exit_ok;
}

struct DiffOptions {
  std::string before, after, common;
  ListFormat format = ListFormat::table;
  bool exit_code = false;
};

// What every customer of `values` gets besides; its own values win.
Result<bool> add_common(CustomerValues& values, const std::string& file) {
  const auto common = read_customer_values(file);
  if (!common) return common.error();
  for (auto& [customer, own] : values) {
    auto all = common.value().begin()->second;
    all.merge_patch(own);
    own = std::move(all);
  }
  return true;
}

int diff_customers(const DiffOptions& options) {
  if (!exists(options.before) || !exists(options.after)) return exit_usage;
  const bool folders = std::filesystem::is_directory(options.after);
  if (std::filesystem::is_directory(options.before) != folders) {
    complain("give two files or two folders");
    return exit_usage;
  }
  auto before = read_customer_values(options.before);
  if (!before) return refuse(before.error());
  auto after = read_customer_values(options.after);
  if (!after) return refuse(after.error());
  if (!folders) { // two files are one customer's, whatever they are called
    auto file = before.value().extract(before.value().begin());
    file.key() = after.value().begin()->first;
    before.value().insert(std::move(file));
  }
  if (!options.common.empty())
    if (const auto added = add_common(after.value(), options.common); !added) return refuse(added.error());
  const auto changes = compare_customers(before.value(), after.value());
  if (options.format == ListFormat::json) say_value(to_json(changes), Output::json);
  else say(in_words(changes));
  return options.exit_code && !changes.empty() ? exit_failed : exit_ok;
}

struct Options {
  std::string path;
  ListFormat format = ListFormat::table;
};

void add_diff(Commands& commands, CLI::App& group) {
  const auto options = std::make_shared<DiffOptions>();
  auto& diff = commands.add(group, "diff", "what changes for whom, from OLD to NEW: two files or two folders",
                            [options] { return diff_customers(*options); });
  diff.add_option("old", options->before, "what holds now")->type_name("OLD")->required();
  diff.add_option("new", options->after, "what is to hold")->type_name("NEW")->required();
  diff.add_option("--common", options->common, "values that every customer of NEW gets before its own")
      ->type_name("FILE");
  diff.add_flag("--exit-code", options->exit_code, "exit with 1 when there is a difference");
  const std::map<std::string, ListFormat> formats{{"text", ListFormat::table}, {"json", ListFormat::json}};
  diff.add_option("--output", options->format, "how to show it (text)")
      ->type_name("text|json")
      ->transform(CLI::CheckedTransformer(formats).description(""));
}

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
  add_diff(commands, group);
  const std::map<std::string, ListFormat> formats{{"table", ListFormat::table}, {"json", ListFormat::json}};
  list.add_option("--output", options->format, "how to show it (table)")
      ->type_name("table|json")
      ->transform(CLI::CheckedTransformer(formats).description(""));
}

} // namespace greeter
