#include "config/settings.hpp"

#include <doctest/doctest.h>

using namespace greeter;
using namespace std::chrono_literals;

namespace {

std::string error_of(const Environment& environment, const std::map<std::string_view, std::string>& flags = {}) {
  const auto settings = read_settings(environment, flags);
  return settings ? "" : settings.error().message;
}

} // namespace

TEST_CASE("without an environment every setting has its default") {
  const auto settings = read_settings({}, {});
  REQUIRE(settings);
  CHECK(settings.value().port == 8080);
  CHECK(settings.value().management_port == 9090);
  CHECK(settings.value().config == "/etc/greeter/customers");
  CHECK(settings.value().config_is_default);
  CHECK(settings.value().domain == "parcellab.com");
  CHECK(settings.value().host == "*");
  CHECK_FALSE(settings.value().log_format);
  CHECK(settings.value().shutdown_grace == 10s);
  CHECK(settings.value().idle_timeout > 90s); // Traefik keeps idle backend connections for 90 s
  CHECK(settings.value().origins.size() == setting_specs().size());
}

TEST_CASE("a flag beats the environment, which beats the default; empty counts as unset") {
  const Environment environment{{"GREETER_PORT", "81"}, {"GREETER_MANAGEMENT_PORT", "91"}, {"GREETER_DOMAIN", ""}};
  const auto settings = read_settings(environment, {{"--port", "82"}});
  REQUIRE(settings);
  CHECK(settings.value().port == 82);
  CHECK(settings.value().management_port == 91);
  CHECK(settings.value().domain == "parcellab.com");
  for (const auto& origin : settings.value().origins) {
    if (origin.variable == "GREETER_PORT") CHECK(origin.source == "flag");
    if (origin.variable == "GREETER_MANAGEMENT_PORT") CHECK(origin.source == "environment");
    if (origin.variable == "GREETER_DOMAIN") CHECK(origin.source == "default");
  }
}

TEST_CASE("a value that can't be used is refused with its name, itself and what would be right") {
  const std::pair<Environment, const char*> cases[] = {
      {{{"GREETER_PORT", "80800"}}, "GREETER_PORT=\"80800\" can't be used: a port is a whole number from 0 to 65535"},
      {{{"GREETER_PORT", "-1"}}, "GREETER_PORT=\"-1\""},
      {{{"GREETER_PORT", "8080 "}}, "GREETER_PORT=\"8080 \""},
      {{{"GREETER_PORT", "tcp://10.43.0.7:8080"}}, "enableServiceLinks: false"},
      {{{"GREETER_ACCESS_LOG", "yes"}}, "GREETER_ACCESS_LOG=\"yes\" can't be used: it is true or false"},
      {{{"GREETER_SHUTDOWN_DELAY", "5"}}, "a duration is a whole number and ms, s or m"},
      {{{"GREETER_SHUTDOWN_GRACE", "61m"}}, "of at most 60m"},
      {{{"GREETER_SHUTDOWN_GRACE", "99999999999999999999s"}}, "GREETER_SHUTDOWN_GRACE"},
      {{{"GREETER_SEND_TIMEOUT", "0s"}}, "longer than 0"},
      {{{"GREETER_MAX_CONNECTIONS", "0"}}, "from 1 to 1000000"},
      {{{"GREETER_MAX_HEAD_BYTES", "1"}}, "from 512 to 1048576"},
      {{{"GREETER_TRUSTED_PROXIES", "10.42.0.0/16, traefik"}}, "a list like 10.42.0.0/16,2001:db8::1"},
      {{{"GREETER_TRUSTED_PROXIES", "10.42.0.1/16"}}, "whose bits behind the prefix are 0"},
      {{{"GREETER_TRUSTED_PROXIES", ",10.42.0.1"}}, "GREETER_TRUSTED_PROXIES=\",10.42.0.1\""},
      {{{"GREETER_WORKERS", "257"}}, "from 0 to 256"},
      {{{"GREETER_LOG_LEVEL", "INFO"}}, "debug, info, warning or error"},
      {{{"GREETER_LOG_FORMAT", "xml"}}, "auto, text or json"},
      {{{"GREETER_DOMAIN", "Parcellab.com"}}, "lower-case DNS name"},
      {{{"CUSTOMER_NAME", "C"}, {"GREETING", "\xff"}}, "UTF-8"},
  };
  for (const auto& [environment, expected] : cases) {
    const auto message = error_of(environment);
    CAPTURE(message);
    CHECK(message.find(expected) != std::string::npos);
    CHECK(message.find('\n') == std::string::npos);
  }
  CHECK(error_of({}, {{"--port", "x"}}).starts_with("--port=\"x\""));
}

TEST_CASE("durations have a unit") {
  const auto settings = read_settings(
      {{"GREETER_SHUTDOWN_DELAY", "0s"}, {"GREETER_SHUTDOWN_GRACE", "1500ms"}, {"GREETER_IDLE_TIMEOUT", "2m"}}, {});
  REQUIRE(settings);
  CHECK(settings.value().shutdown_delay == 0s);
  CHECK(settings.value().shutdown_grace == 1500ms);
  CHECK(settings.value().idle_timeout == 120s);
}

TEST_CASE("proxies are addresses and networks of both families, and nobody by default") {
  CHECK(read_settings({}, {}).value().trusted_proxies.empty());
  const auto settings = read_settings({{"GREETER_TRUSTED_PROXIES", "10.42.0.0/16, 192.0.2.1 ,2001:db8::/32"}}, {});
  REQUIRE(settings);
  const auto& proxies = settings.value().trusted_proxies;
  CHECK(proxies.size() == 3);
  for (const auto* proxy : {"10.42.255.255", "192.0.2.1", "2001:db8::1"})
    CHECK(contains(proxies, Address::parse(proxy).value()));
  for (const auto* other : {"10.43.0.0", "192.0.2.2", "2001:db9::1"})
    CHECK_FALSE(contains(proxies, Address::parse(other).value()));
}

TEST_CASE("a variable that is no setting is told, with the one that was meant") {
  const auto lines =
      unknown_variables({{"GREETER_PROT", "1"}, {"GREETER_PORT", "1"}, {"GREETER_SOMETHING_ELSE", "1"}, {"HOME", "/"}});
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "GREETER_PROT is not a setting; did you mean GREETER_PORT?");
  CHECK(lines[1] == "GREETER_SOMETHING_ELSE is not a setting; greeter --help lists them");
}
