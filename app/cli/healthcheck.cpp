#include "cli/commands.hpp"
#include "cli/exit.hpp"

#include "base/text.hpp"
#include "http/fetch.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace greeter {

namespace {

constexpr auto patience = std::chrono::seconds(3);

std::string readiness_url(const Settings& settings) {
  std::string host =
      settings.host == "*" || settings.host == "0.0.0.0" || settings.host == "::" ? "127.0.0.1" : settings.host;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return fmt::format("http://{}:{}/readyz", host, settings.management_port);
}

int unhealthy(std::string_view why) {
  fmt::print(stderr, "unhealthy: {}\n", why);
  return exit_failed;
}

// The "response" of a greeting, or the "detail" of a problem.
std::string member(const std::string& body, const char* name) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  return json.is_object() && json.contains(name) && json[name].is_string() ? json[name].get<std::string>()
                                                                           : std::string();
}

// Asks a running instance. No url: the readiness of the one these settings describe. With `expected`: the answer's
// "response" has to be that text.
int healthcheck(const Settings& settings, const std::string& url, const std::string& expected) {
  const auto asked = url.empty() ? readiness_url(settings) : url;
  const auto answer = fetch(asked, patience);
  if (!answer) return unhealthy(answer.error().message);
  const auto status = answer.value().status;
  const auto& body = answer.value().body;
  if (status != 200) return unhealthy(fmt::format("{} answers {}: {}", asked, status, member(body, "detail")));
  if (!expected.empty() && member(body, "response") != expected)
    return unhealthy(
        fmt::format("{} greets with {}, not {}", asked, in_quotes(member(body, "response")), in_quotes(expected)));
  fmt::print("healthy\n");
  return exit_ok;
}

struct Options {
  std::string url, expected;
};

} // namespace

void add_healthcheck(Commands& commands) {
  const auto options = std::make_shared<Options>();
  auto& command = commands.add(commands.root(), "healthcheck", "ask a running instance whether it is ready",
                               [options](const Settings& settings, const Environment&) {
                                 return healthcheck(settings, options->url, options->expected);
                               });
  command.add_option("--url", options->url, "another URL to ask; 200 is healthy")->type_name("URL");
  command.add_option("--expect", options->expected, "the greeting that has to come back")
      ->type_name("TEXT")
      ->needs("--url");
}

} // namespace greeter
