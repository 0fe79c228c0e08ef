#include "config/configuration.hpp"

#include "base/text.hpp"
#include "config/customers.hpp"
#include "greeting/greeting_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

namespace greeter {

namespace {

using nlohmann::json;

Error invalid(std::string message) { return {ErrorCode::invalid, std::move(message)}; }

Result<std::vector<Customer>> from_files(const Settings& settings) {
  std::error_code error;
  if (!std::filesystem::exists(settings.config, error)) {
    if (settings.config_is_default) return std::vector<Customer>{};
    return invalid(fmt::format("GREETER_CONFIG={} can't be read: {}; name a values file or a folder of them",
                               in_quotes(settings.config),
                               error ? error.message() : "there is no such file or folder"));
  }
  auto files = read_customers(settings.config, settings.domain);
  if (files.faults.empty()) return std::move(files.customers);
  const auto others = files.faults.size() - 1;
  return invalid(
      to_string(files.faults[0]) +
      (others ? fmt::format(" (and {} more; greeter customers check {} lists them)", others, settings.config) : ""));
}

bool is_known(const std::vector<Customer>& customers, const std::string& name) {
  return std::any_of(customers.begin(), customers.end(), [&](const Customer& c) { return c.name == name; });
}

// Gives the customer of that name this greeting; one whom no file knows is reached by name alone.
void overlay(std::vector<Customer>& customers, const std::string& name, const std::string& greeting) {
  if (!is_known(customers, name)) customers.push_back({.id = name, .name = name, .greeting = {}, .hosts = {}});
  for (auto& customer : customers)
    if (customer.name == name) customer.greeting = greeting;
}

std::optional<Error> overlay_all(std::vector<Customer>& customers, const std::string& greetings, bool by_host) {
  std::set<std::string> seen;
  std::string twice;
  const auto note_keys = [&](int depth, json::parse_event_t event, json& key) {
    if (depth == 1 && event == json::parse_event_t::key && !seen.insert(key.get<std::string>()).second)
      twice = key.get<std::string>();
    return true;
  };
  const auto object = json::parse(greetings, note_keys, false);
  constexpr auto right = "write a JSON object of names and texts, like {\"C\": \"Moin!\"}";
  if (!object.is_object()) return invalid(fmt::format("GREETINGS={} can't be used: {}", in_quotes(greetings), right));
  if (!twice.empty()) return invalid(fmt::format("GREETINGS names {} twice; keep one", in_quotes(twice)));
  for (const auto& [name, text] : object.items()) {
    if (name.empty() || !text.is_string() || is_blank(text.get<std::string>()))
      return invalid(fmt::format("GREETINGS[{}]={} can't be used: {}", in_quotes(name), text.dump(), right));
    if (by_host && !is_known(customers, name))
      return invalid(fmt::format("GREETINGS names {}, whom no file knows: without CUSTOMER_NAME nobody could reach it; "
                                 "add its file, or set CUSTOMER_NAME",
                                 in_quotes(name)));
    overlay(customers, name, text.get<std::string>());
  }
  return {};
}

std::string hash_of(const std::vector<Customer>& customers) {
  json all = json::array();
  for (const auto& c : customers) {
    json greetings = json::array();
    for (const auto& greeting : c.greetings) greetings.push_back(json(to_json(greeting)));
    all.push_back({c.id, c.name, c.greeting, c.hosts, std::move(greetings)});
  }
  return fingerprint(all.dump());
}

} // namespace

bool knows(const Configuration& configuration, const std::string& customer_name) {
  return customer_name.empty() || is_known(configuration.customers, customer_name);
}

Result<Configuration> load_configuration(const Settings& settings) {
  if (!settings.greeting.empty() && settings.customer_name.empty())
    return invalid("GREETING is set but CUSTOMER_NAME is not: set CUSTOMER_NAME to the customer whom it greets");
  auto customers = from_files(settings);
  if (!customers) return customers.error();
  if (!settings.greetings.empty())
    if (auto error = overlay_all(customers.value(), settings.greetings, settings.customer_name.empty()))
      return std::move(*error);
  if (!settings.greeting.empty()) overlay(customers.value(), settings.customer_name, settings.greeting);
  const bool reachable = std::any_of(customers.value().begin(), customers.value().end(),
                                     [](const Customer& c) { return !c.hosts.empty(); });
  if (settings.customer_name.empty() && !reachable)
    return invalid(fmt::format("no customer to greet: GREETER_CONFIG={} holds no <customer>.yaml; name a folder that "
                               "does, or set CUSTOMER_NAME and GREETING",
                               in_quotes(settings.config)));
  std::sort(customers.value().begin(), customers.value().end(),
            [](const Customer& a, const Customer& b) { return a.id < b.id; });
  Configuration configuration{std::move(customers.value()), settings.customer_name, {}};
  configuration.hash = hash_of(configuration.customers);
  return configuration;
}

} // namespace greeter
