#include "cli/customers_diff.hpp"

#include "base/text.hpp"
#include "cli/files.hpp"
#include "cli/width.hpp"
#include "cli/yaml.hpp"
#include "config/customers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace greeter {

namespace {

using nlohmann::json;
using Path = std::vector<std::string>;

// customer.KEY.
bool is_own(const Path& path, std::string_view key) {
  return path.size() == 2 && path[0] == "customer" && path[1] == key;
}

// One of the customer's table: customer.greetings.ID.
bool is_entry(const Path& path) { return path.size() == 3 && path[0] == "customer" && path[1] == "greetings"; }

json member(const json& map, const std::string& key) { return map.is_object() ? map.value(key, json()) : json(); }

void compare(const json& before, const json& after, Path& path, std::vector<ValueChange>& out) {
  if (before == after) return;
  const auto map_or_none = [](const json& value) { return value.is_object() || value.is_null(); };
  const bool comes_or_goes = before.is_null() || after.is_null();
  if (!map_or_none(before) || !map_or_none(after) || (comes_or_goes && is_entry(path)))
    return out.push_back({path, before, after});
  std::set<std::string> keys;
  for (const auto* const map : {&before, &after})
    if (map->is_object())
      for (const auto& entry : map->items()) keys.insert(entry.key());
  for (const auto& key : keys) {
    path.push_back(key);
    compare(member(before, key), member(after, key), path, out);
    path.pop_back();
  }
}

std::vector<ValueChange> changes_of(const json& before, const json& after) {
  std::vector<ValueChange> out;
  Path path;
  compare(before, after, path, out);
  return out;
}

std::string text_of(const json& value) {
  if (value.is_null()) return "not set";
  return value.is_string() ? in_quotes(value.get_ref<const std::string&>())
                           : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// greetings.sale.text, but podAnnotations."example.com/team"; what is below customer: needs no prefix.
std::string name_of(const Path& path) {
  std::string name;
  for (std::size_t i = path.size() > 1 && path[0] == "customer" ? 1 : 0; i < path.size(); ++i) {
    const bool plain = !path[i].empty() && path[i].find_first_of(". \"") == std::string::npos;
    name += (name.empty() ? "" : ".") + (plain ? path[i] : in_quotes(path[i]));
  }
  return name;
}

// What of a list is in one but not in the other.
std::vector<json> only_in(const json& list, const json& other) {
  std::vector<json> out;
  if (list.is_array())
    std::copy_if(list.begin(), list.end(), std::back_inserter(out), [&](const json& item) {
      return !other.is_array() || std::find(other.begin(), other.end(), item) == other.end();
    });
  return out;
}

std::vector<std::string> words(const ValueChange& change) {
  if (is_own(change.path, "hosts")) {
    std::vector<std::string> lines;
    for (const auto& host : only_in(change.before, change.after)) lines.push_back("host " + text_of(host) + " removed");
    for (const auto& host : only_in(change.after, change.before)) lines.push_back("host " + text_of(host) + " added");
    return lines.empty() ? std::vector<std::string>{"hosts in another order"} : lines;
  }
  const auto name = name_of(change.path);
  if (is_entry(change.path) && change.before.is_null())
    return {fmt::format("{} added: {}", name, text_of(member(change.after, "text")))};
  if (is_entry(change.path) && change.after.is_null())
    return {fmt::format("{} removed: {}", name, text_of(member(change.before, "text")))};
  return {fmt::format("{} {} -> {}", name, text_of(change.before), text_of(change.after))};
}

const ValueChange* find_own(const CustomerChange& change, std::string_view key) {
  const auto found = std::find_if(change.values.begin(), change.values.end(),
                                  [&](const ValueChange& value) { return is_own(value.path, key); });
  return found == change.values.end() ? nullptr : &*found;
}

std::vector<std::string> words(const CustomerChange& change) {
  const auto* const greeting = find_own(change, "greeting");
  if (change.fate == CustomerFate::removed)
    return {fmt::format("removed, greeting {}", text_of(greeting ? greeting->before : json()))};
  if (change.fate == CustomerFate::added)
    return {fmt::format("new, greeting {}", text_of(greeting ? greeting->after : json()))};
  std::vector<std::string> lines;
  for (const auto& value : change.values)
    for (auto& line : words(value)) lines.push_back(std::move(line));
  return lines;
}

std::string_view name_of(CustomerFate fate) {
  switch (fate) {
  case CustomerFate::added: return "added";
  case CustomerFate::removed: return "removed";
  case CustomerFate::changed: break;
  }
  return "changed";
}

Result<json> read_values(const std::string& file) {
  const auto text = read_file(file);
  if (!text) return text.error();
  const auto values = parse_yaml(text.value(), file);
  if (!values) return values.error();
  if (!values.value().is_object())
    return Error{ErrorCode::invalid, file + ":1: holds no values; write customer: with name: and greeting: below it"};
  return json(values.value());
}

} // namespace

Result<CustomerValues> read_customer_values(const std::string& path) {
  std::error_code not_asked;
  std::vector<Fault> faults;
  const auto files = std::filesystem::is_directory(path, not_asked) ? values_files(path, faults)
                                                                    : std::vector<std::filesystem::path>{path};
  if (!faults.empty()) return Error{ErrorCode::invalid, to_string(faults.front())};
  CustomerValues out;
  for (const auto& file : files) {
    auto values = read_values(file.string());
    if (!values) return values.error();
    out.emplace(file.stem().string(), std::move(values.value()));
  }
  return out;
}

std::vector<CustomerChange> compare_customers(const CustomerValues& before, const CustomerValues& after) {
  std::vector<CustomerChange> out;
  for (const auto& [customer, values] : before)
    if (!after.contains(customer)) out.push_back({customer, CustomerFate::removed, changes_of(values, json())});
  for (const auto& [customer, values] : after) {
    const auto old = before.find(customer);
    auto changes = changes_of(old == before.end() ? json() : old->second, values);
    if (old == before.end()) out.push_back({customer, CustomerFate::added, std::move(changes)});
    else if (!changes.empty()) out.push_back({customer, CustomerFate::changed, std::move(changes)});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.customer < b.customer; });
  return out;
}

std::string in_words(const std::vector<CustomerChange>& changes) {
  std::string out;
  for (const auto& change : changes)
    for (const auto& line : words(change)) out += one_line(change.customer + ": " + line) + '\n';
  return out;
}

nlohmann::ordered_json to_json(const std::vector<CustomerChange>& changes) {
  auto out = nlohmann::ordered_json::array();
  for (const auto& change : changes) {
    auto values = nlohmann::ordered_json::array();
    for (const auto& value : change.values) {
      json::json_pointer pointer;
      for (const auto& key : value.path) pointer /= key;
      auto& entry = values.emplace_back(nlohmann::ordered_json{{"path", pointer.to_string()}});
      if (!value.before.is_null()) entry["old"] = value.before;
      if (!value.after.is_null()) entry["new"] = value.after;
    }
    out.push_back({{"customer", change.customer}, {"change", name_of(change.fate)}, {"values", std::move(values)}});
  }
  return out;
}

} // namespace greeter
