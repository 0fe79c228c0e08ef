#include "config/configuration.hpp"

#include "support/folder.hpp"

#include <doctest/doctest.h>

using namespace greeter;
using greeter::test::Folder;

namespace {

Settings settings_of(const Environment& environment) {
  auto settings = read_settings(environment, {});
  REQUIRE(settings);
  return std::move(settings.value());
}

std::string greeting_of(const Configuration& configuration, std::string_view name) {
  for (const auto& customer : configuration.customers)
    if (customer.name == name) return customer.greeting;
  return "(nobody)";
}

std::string error_of(const Environment& environment) {
  const auto configuration = load_configuration(settings_of(environment));
  return configuration ? "" : configuration.error().message;
}

} // namespace

TEST_CASE("GREETING beats GREETINGS, which beats the files") {
  const Folder folder;
  folder.customer("customer-a", "A", "from file");
  folder.customer("customer-b", "B", "from file");
  folder.customer("customer-c", "C", "from file");
  const auto configuration =
      load_configuration(settings_of({{"GREETER_CONFIG", folder.path()},
                                      {"GREETINGS", R"({"B": "from GREETINGS", "C": "from GREETINGS", "D": "new"})"},
                                      {"CUSTOMER_NAME", "C"},
                                      {"GREETING", "from GREETING"}}));
  REQUIRE(configuration);
  CHECK(greeting_of(configuration.value(), "A") == "from file");
  CHECK(greeting_of(configuration.value(), "B") == "from GREETINGS");
  CHECK(greeting_of(configuration.value(), "C") == "from GREETING");
  CHECK(greeting_of(configuration.value(), "D") == "new");
  CHECK(configuration.value().customer_name == "C");
  CHECK(knows(configuration.value(), "C"));
  CHECK(knows(configuration.value(), ""));
  CHECK_FALSE(knows(configuration.value(), "customer-c"));
}

TEST_CASE("the environment alone is enough for one customer") {
  const auto configuration = load_configuration(settings_of({{"CUSTOMER_NAME", "C"}, {"GREETING", "Moin!"}}));
  REQUIRE(configuration);
  CHECK(greeting_of(configuration.value(), "C") == "Moin!");
}

TEST_CASE("a customer whom nobody knows is no error, an empty table by host is") {
  const Folder folder;
  CHECK(load_configuration(settings_of({{"GREETER_CONFIG", folder.path()}, {"CUSTOMER_NAME", "X"}})));
  CHECK(error_of({{"GREETER_CONFIG", folder.path()}}).starts_with("no customer to greet: GREETER_CONFIG="));
  CHECK(error_of({{"GREETER_CONFIG", folder.path()}, {"GREETINGS", R"({"A": "Hi"})"}})
            .starts_with("GREETINGS names \"A\", whom no file knows"));
}

TEST_CASE("what can't be used is refused in one line") {
  const Folder folder;
  folder.write("customer-a.yaml", "customer: {nam: A, greeting: 1}\n");
  const std::pair<Environment, const char*> cases[] = {
      {{{"GREETING", "Moin!"}}, "GREETING is set but CUSTOMER_NAME is not"},
      {{{"GREETER_CONFIG", "/nowhere"}}, "GREETER_CONFIG=\"/nowhere\" can't be read: there is no such file or folder"},
      {{{"GREETER_CONFIG", folder.path()}},
       "customer-a.yaml:1: customer.nam is no known key; did you mean customer.name? (and 2 more; greeter customers "
       "check"},
      {{{"CUSTOMER_NAME", "A"}, {"GREETINGS", "{"}}, "GREETINGS=\"{\" can't be used: write a JSON object"},
      {{{"CUSTOMER_NAME", "A"}, {"GREETINGS", "[]"}}, "GREETINGS=\"[]\" can't be used"},
      {{{"CUSTOMER_NAME", "A"}, {"GREETINGS", R"({"A": 1})"}}, "GREETINGS[\"A\"]=1 can't be used"},
      {{{"CUSTOMER_NAME", "A"}, {"GREETINGS", R"({"A": " "})"}}, "GREETINGS[\"A\"]=\" \" can't be used"},
      {{{"CUSTOMER_NAME", "A"}, {"GREETINGS", R"({"A": "x", "A": "y"})"}}, "GREETINGS names \"A\" twice"},
  };
  for (const auto& [environment, expected] : cases) {
    const auto message = error_of(environment);
    CAPTURE(message);
    CHECK(message.find(expected) != std::string::npos);
    CHECK(message.find('\n') == std::string::npos);
  }
}

TEST_CASE("the hash tells equal configurations from others") {
  const Folder folder;
  folder.customer("customer-a", "A", "Hi!");
  const auto settings = settings_of({{"GREETER_CONFIG", folder.path()}});
  const auto first = load_configuration(settings).value().hash;
  CHECK(load_configuration(settings).value().hash == first);
  folder.customer("customer-a", "A", "Hello!");
  CHECK(load_configuration(settings).value().hash != first);
}

TEST_CASE("the hash tells greetings of the table apart, not how they are written") {
  const Folder folder;
  const auto settings = settings_of({{"GREETER_CONFIG", folder.path()}});
  const auto hash_with = [&](const std::string& greetings) {
    folder.write("c.yaml", "customer: {name: C, greeting: Hi, greetings: {" + greetings + "}}\n");
    const auto configuration = load_configuration(settings);
    REQUIRE(configuration);
    return configuration.value().hash;
  };
  const auto one = hash_with("a: {text: x, ends_at: 2026-12-24T00:00:00Z}");
  CHECK(hash_with("a: {text: x, ends_at: 2026-12-24T01:00:00+01:00, state: active}") == one);
  for (const auto other : {"", "a: {text: x}", "b: {text: x, ends_at: 2026-12-24T00:00:00Z}",
                           "a: {text: x, ends_at: 2026-12-24T00:00:00.001Z}",
                           "a: {text: x, ends_at: 2026-12-24T00:00:00Z}, b: {text: x}"}) {
    CAPTURE(other);
    CHECK(hash_with(other) != one);
  }
}
