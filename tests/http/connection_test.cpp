// What a connection goes through: cut requests, pipelines, limits, timeouts.
#include "http/running.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace greeter;
using namespace greeter::test;
using namespace std::literals;

namespace {

constexpr auto request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"sv;
constexpr auto greeting = R"({"response":"Moin!"})";

Environment with(std::string_view variable, std::string_view value) {
  auto environment = only_c();
  environment.emplace(variable, value);
  return environment;
}

} // namespace

TEST_CASE("a connection serves many requests, cut and joined anyhow") {
  Running running(only_c());
  Client client(running.port());
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    client.send(request.substr(0, cut));
    client.send(request.substr(cut));
    CHECK(client.receive().body == greeting);
  }
  client.send_by_byte(request);
  CHECK(client.receive().body == greeting);
  std::string pipeline;
  for (int i = 0; i < 1000; ++i) pipeline += request;
  client.send(pipeline);
  for (int i = 0; i < 1000; ++i) REQUIRE(client.receive().body == greeting);
}

TEST_CASE("a client that sends much before it reads gets every answer, in order") {
  Running running(only_c());
  Client client(running.port());
  constexpr int pairs = 20'000;
  std::thread sender([&] {
    std::string some;
    for (int i = 0; i < 100; ++i) some += std::string(request) + "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";
    for (int i = 0; i < pairs / 100; ++i) client.send(some);
  });
  for (int i = 0; i < pairs; ++i) {
    REQUIRE(client.receive().body == greeting);
    REQUIRE(client.receive().body == R"({"status":"ok"})");
  }
  sender.join();
  CHECK(client.is_silent(50ms));
}

TEST_CASE("a client that has said all still gets its answers") {
  Running running(only_c());
  Client client(running.port());
  client.send(std::string(request) + std::string(request));
  client.finish();
  CHECK(client.receive().body == greeting);
  CHECK(client.receive().body == greeting);
  client.receive_all();
  CHECK(client.closed_by_server());
}

TEST_CASE("a smuggled request never runs") {
  Running running(only_c());
  for (const auto* attack :
       {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled "
        "HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 40\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0b"
        "chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    CAPTURE(attack);
    Client client(running.port());
    client.send(attack);
    const auto all = client.receive_all();
    CHECK(client.closed_by_server());
    CHECK(all.find("HTTP/1.1 ", 1) == std::string::npos); // one response, and it ends the connection
    CHECK(all.find("\r\nConnection: close\r\n") != std::string::npos);
  }
  CHECK(running.metrics().find("code=\"404\"") == std::string::npos);
}

TEST_CASE("100 Continue is sent once, and only to who waits for it") {
  Running running(only_c());
  Client client(running.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.receive().head == "HTTP/1.1 100 Continue\r\n");
  client.send("ab");
  CHECK(client.is_silent(100ms));
  client.send("c");
  CHECK(client.receive().status == 405);
}

TEST_CASE("limits of size end the connection with their status") {
  auto environment = with("GREETER_MAX_BODY_BYTES", "10");
  environment.emplace("GREETER_MAX_HEAD_BYTES", "600");
  Running running(environment);
  const std::pair<std::string, int> cases[] = {
      {"GET /" + std::string(700, 'a'), 414},
      {"GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(700, 'a'), 431},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", 413},
  };
  for (const auto& [bytes, status] : cases) {
    CAPTURE(status);
    Client client(running.port());
    client.send(bytes);
    const auto reply = client.receive();
    CHECK(reply.status == status);
    CHECK(reply.has("Content-Type: application/problem+json"));
    client.receive_all();
    CHECK(client.closed_by_server());
  }
}

TEST_CASE("a client gets its refusal even while it is still sending") {
  Running running(only_c());
  Client client(running.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n" + std::string(1 << 20, 'x'));
  CHECK(client.receive().status == 413);
}

TEST_CASE("too many connections are turned away with 503 and come in again later") {
  Running running(with("GREETER_MAX_CONNECTIONS", "2"));
  auto first = std::make_unique<Client>(running.port());
  Client second(running.port());
  for (auto* client : {first.get(), &second}) {
    client->send(request);
    CHECK(client->receive().status == 200);
  }
  Client third(running.port());
  const auto reply = third.receive();
  CHECK(reply.status == 503);
  CHECK(reply.has("Retry-After: 1"));
  CHECK(running.metrics().find("greeter_http_limit_hits_total{limit=\"max_connections\"} 1\n") != std::string::npos);
  first.reset();
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  int status = 0;
  while (status != 200 && std::chrono::steady_clock::now() < deadline) status = get(running.port(), "/").status;
  CHECK(status == 200);
}

TEST_CASE("a request that does not arrive in time gets 408") {
  Running running(with("GREETER_HEAD_TIMEOUT", "100ms"));
  Client client(running.port());
  client.send("GET / HTTP/1.1\r\nHo");
  const auto reply = client.receive();
  CHECK(reply.status == 408);
  CHECK(reply.has("Connection: close"));
  CHECK(running.metrics().find("code=\"408\"} 1\n") != std::string::npos);
}

TEST_CASE("drop by drop does not win time") {
  Running running(with("GREETER_HEAD_TIMEOUT", "300ms"));
  Client client(running.port());
  const auto start = std::chrono::steady_clock::now();
  Reply reply;
  for (const char byte : "GET / HTTP/1.1\r\nHost: a\r\nX-Very-Long-Header: it-goes-on-and-on-and-on"sv) {
    client.send(std::string_view(&byte, 1));
    if (!client.is_silent(20ms)) break;
  }
  CHECK(client.receive().status == 408);
  CHECK(std::chrono::steady_clock::now() - start < 4s);
}

TEST_CASE("an idle connection is closed without a word") {
  Running running(with("GREETER_IDLE_TIMEOUT", "1s"));
  Client client(running.port());
  client.send(request);
  CHECK(client.receive().status == 200);
  CHECK(client.receive_all() == "");
  CHECK(client.closed_by_server());
}
