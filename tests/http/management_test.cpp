// The management port's contract, over real sockets.
#include "http/running.hpp"

#include <nlohmann/json.hpp>

using namespace greeter;
using namespace greeter::test;

TEST_CASE("the management port answers probes, version, settings and metrics") {
  Running running(only_c());
  CHECK(get(running.management(), "/livez").status == 200);
  CHECK(get(running.management(), "/readyz").status == 200);
  CHECK(nlohmann::json::parse(get(running.management(), "/version").body).contains("version"));
  const auto config = nlohmann::json::parse(get(running.management(), "/config").body);
  CHECK(config["hash"].get<std::string>().size() == 16);
  CHECK(config["settings"]["CUSTOMER_NAME"]["value"] == "C");
  CHECK(config["settings"]["CUSTOMER_NAME"]["source"] == "environment");
  CHECK(config["settings"]["GREETER_DOMAIN"]["source"] == "default");
  const auto metrics = get(running.management(), "/metrics");
  CHECK(metrics.has("Content-Type: text/plain; version=0.0.4; charset=utf-8"));
  CHECK(get(running.management(), "/").status == 404);
}

TEST_CASE("every response is counted once, by method and code") {
  Running running(only_c());
  Client client(running.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: "
              "a\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n");
  client.receive_all();
  const auto counted = "greeter_http_request_duration_seconds_count 6\n"; // the last to be counted: once it was sent
  auto metrics = running.metrics();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (metrics.find(counted) == std::string::npos && std::chrono::steady_clock::now() < deadline)
    metrics = running.metrics();
  for (const auto* line : {"greeter_http_requests_total{method=\"GET\",code=\"200\"} 2\n",
                           "greeter_http_requests_total{method=\"HEAD\",code=\"200\"} 1\n",
                           "greeter_http_requests_total{method=\"POST\",code=\"405\"} 1\n",
                           "greeter_http_requests_total{method=\"GET\",code=\"404\"} 1\n",
                           "greeter_http_requests_total{method=\"other\",code=\"400\"} 1\n", counted,
                           "greeter_greetings_total{customer=\"C\"} 2\n", "greeter_http_connections_total 1\n"}) {
    CAPTURE(line);
    CHECK(metrics.find(line) != std::string::npos);
  }
}

TEST_CASE("a port that is in use is told with the setting to change") {
  Running running(only_c());
  Log log(LogLevel::error, LogFormat::json, false);
  auto settings = read_settings({{"CUSTOMER_NAME", "C"},
                                 {"GREETER_HOST", "127.0.0.1"},
                                 {"GREETER_MANAGEMENT_PORT", "0"},
                                 {"GREETER_PORT", std::to_string(running.port())}},
                                {});
  REQUIRE(settings);
  const auto second = Server::start(settings.value(), running.load(), log);
  REQUIRE_FALSE(second);
  CHECK(second.error().message ==
        "can't listen on 127.0.0.1:" + std::to_string(running.port()) +
            ": the port is in use; stop the program that has it, or choose another with GREETER_PORT");
}

TEST_CASE("an address that is none, or not this machine's, is told") {
  Log log(LogLevel::error, LogFormat::json, false);
  for (const auto& [host, expected] : {std::pair{"localhost", "GREETER_HOST=\"localhost\" can't be used"},
                                       std::pair{"192.0.2.1", "does not have that address"}}) {
    auto settings = read_settings(
        {{"CUSTOMER_NAME", "C"}, {"GREETER_HOST", host}, {"GREETER_PORT", "0"}, {"GREETER_MANAGEMENT_PORT", "0"}}, {});
    REQUIRE(settings);
    const auto refused = Server::start(settings.value(), {}, log);
    REQUIRE_FALSE(refused);
    CAPTURE(refused.error().message);
    CHECK(refused.error().message.find(expected) != std::string::npos);
  }
}
