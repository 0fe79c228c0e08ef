// Each limit of a client, as the setting of its name has it: at it and over it, what the client sees, what is counted.
#include "http/limits.hpp"
#include "http/rfc/case.hpp"
#include "http/rfc/transcript.hpp"
#include "http/running.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace greeter;
using namespace greeter::test;
using rfc::greeting;
using rfc::post_with;
using rfc::repeated;
using namespace std::literals;

namespace {

constexpr auto request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"sv;

// Only this limit was hit, and so often.
void check_hits(const Running& running, std::string_view limit, std::size_t hits) {
  for (const auto name : limit_names) {
    CAPTURE(name);
    CHECK(running.hits(name) == (name == limit ? hits : 0));
  }
}

// The rest of what the client gets is this, and the end.
void check_rest(Client& client, const std::vector<rfc::Answer>& answers) {
  const bool is_refused = !answers.empty() && answers.back().status >= 400;
  const auto found = rfc::difference(client.receive_all(), answers, is_refused);
  CHECK_MESSAGE(found.empty(), found);
  CHECK(client.closed_by_server());
  CHECK_FALSE(client.reset_by_server());
}

} // namespace

TEST_CASE("limits of size: the largest is answered, one more is refused and counted once") {
  struct SizeLimit {
    const char* variable;
    const char* value;
    const char* name; // of the metric
    std::string most;
    int answer;
    std::string more;
    int refusal;
  };
  // The two line ends behind the last header line do not count.
  const SizeLimit limits[] = {
      {"GREETER_MAX_HEAD_BYTES", "600", "max_head_bytes",
       "GET / HTTP/1.1\r\nHost: a\r\nA: " + repeated("a", 572) + "\r\n\r\n", 200,
       "GET / HTTP/1.1\r\nHost: a\r\nA: " + repeated("a", 573) + "\r\n\r\n", 431},
      {"GREETER_MAX_TARGET_BYTES", "64", "max_target_bytes",
       "GET /?" + repeated("a", 62) + " HTTP/1.1\r\nHost: a\r\n\r\n", 200,
       "GET /?" + repeated("a", 63) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {"GREETER_MAX_HEADERS", "8", "max_headers", "GET / HTTP/1.1\r\nHost: a\r\n" + repeated("A: b\r\n", 7) + "\r\n",
       200, "GET / HTTP/1.1\r\nHost: a\r\n" + repeated("A: b\r\n", 8) + "\r\n", 431},
      {"GREETER_MAX_BODY_BYTES", "10", "max_body_bytes", post_with("Content-Length: 10", "0123456789"), 405,
       post_with("Content-Length: 11", ""), 413},
      {"GREETER_MAX_BODY_BYTES", "0", "max_body_bytes", post_with("Content-Length: 0", ""), 405,
       post_with("Content-Length: 1", ""), 413},
  };
  for (const auto& [variable, value, name, most, answer, more, refusal] : limits) {
    CAPTURE(variable);
    CAPTURE(value);
    Running running(only_c({{variable, value}}));
    Client client(running.port());
    client.send(most);
    CHECK(client.receive().status == answer);
    check_hits(running, name, 0);
    client.send(more + std::string(request)); // nothing behind it is answered
    check_rest(client, {rfc::problem(refusal)});
    client.send(repeated("a", 1000)); // and nothing that comes later is counted
    CHECK(get(running.port(), "/").status == 200);
    check_hits(running, name, 1);
  }
}

TEST_CASE("limits of time: who is late for a request is told, who says nothing is not") {
  struct TimeLimit {
    const char* variable;
    const char* name; // of the metric
    std::string sent;
    std::vector<rfc::Answer> answers;
  };
  const TimeLimit limits[] = {
      {"GREETER_HEAD_TIMEOUT", "head_timeout", "G", {rfc::problem(408)}},
      {"GREETER_HEAD_TIMEOUT", "head_timeout", "\r\n", {rfc::problem(408)}},
      {"GREETER_HEAD_TIMEOUT", "head_timeout", std::string(request.substr(0, request.size() - 1)), {rfc::problem(408)}},
      {"GREETER_HEAD_TIMEOUT", "head_timeout", std::string(request) + "GET", {greeting(), rfc::problem(408)}},
      {"GREETER_BODY_TIMEOUT", "body_timeout", post_with("Content-Length: 5", ""), {rfc::problem(408)}},
      {"GREETER_BODY_TIMEOUT", "body_timeout", post_with("Content-Length: 5", "hell"), {rfc::problem(408)}},
      {"GREETER_BODY_TIMEOUT",
       "body_timeout",
       post_with("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n"),
       {rfc::problem(408)}},
      {"GREETER_BODY_TIMEOUT",
       "body_timeout",
       std::string(request) + post_with("Content-Length: 5", ""),
       {greeting(), rfc::problem(408)}},
      {"GREETER_IDLE_TIMEOUT", "idle_timeout", "", {}},
      {"GREETER_IDLE_TIMEOUT", "idle_timeout", std::string(request), {greeting()}},
  };
  for (const auto& [variable, name, sent, answers] : limits) {
    CAPTURE(variable);
    CAPTURE(sent);
    Running running(only_c({{variable, "100ms"}}));
    Client client(running.port());
    client.send(sent);
    check_rest(client, answers);
    check_hits(running, name, 1);
  }
}

TEST_CASE("a client that takes no response costs others nothing, is cut off, and counted") {
  Running running(only_c({{"GREETER_SEND_TIMEOUT", "500ms"}, {"GREETER_WORKERS", "1"}}));
  Client greedy(running.port(), {.receive_buffer = 4096});
  std::thread sender([&] { greedy.send(repeated(request, 400'000)); }); // more than any buffer takes
  for (int i = 0; i < 20; ++i) CHECK(get(running.port(), "/").status == 200);
  CHECK(comes_true([&] { return running.hits("send_timeout") == 1; }));
  CHECK(comes_true([&] { return running.server().connections() == 0; }));
  sender.join();
  CHECK(get(running.port(), "/").status == 200);
  CHECK(running.hits("send_timeout") == 1);
}

TEST_CASE("head and body have their own time, and each request has it anew") {
  Running running(only_c({{"GREETER_HEAD_TIMEOUT", "2s"}, {"GREETER_BODY_TIMEOUT", "20s"}}));
  Client client(running.port());
  client.send(post_with("Content-Length: 5", "hell"));
  CHECK(client.is_silent(2200ms)); // longer than a head may take
  client.send("o");
  CHECK(client.receive().status == 405);
  CHECK(client.is_silent(2200ms)); // between requests there is no head to wait for
  for (int i = 0; i < 3; ++i) {
    client.send(request.substr(0, 10));
    CHECK(client.is_silent(800ms)); // three of them are longer than one head may take
    client.send(request.substr(10));
    CHECK(client.receive().status == 200);
  }
}

TEST_CASE("a body that comes drop by drop does not win time") {
  Running running(only_c({{"GREETER_BODY_TIMEOUT", "300ms"}}));
  Client client(running.port());
  client.send(post_with("Transfer-Encoding: chunked", ""));
  const auto start = std::chrono::steady_clock::now();
  while (client.is_silent(20ms) && std::chrono::steady_clock::now() - start < 5s) client.send("1\r\na\r\n");
  CHECK(client.receive().status == 408);
  CHECK(std::chrono::steady_clock::now() - start < 4s);
  CHECK(running.hits("body_timeout") == 1);
}

TEST_CASE("too many connections: every further client is told, even with bytes nobody has read") {
  Running running(only_c({{"GREETER_MAX_CONNECTIONS", "2"}}));
  std::vector<Client> served;
  for (int i = 0; i < 2; ++i) {
    served.emplace_back(running.port()).send(request);
    CHECK(served.back().receive().status == 200);
  }
  for (int i = 0; i < 20; ++i) {
    Client client(running.port());
    client.send(repeated(request, 4000)); // more than one read
    check_rest(client, {rfc::problem(503)});
  }
  check_hits(running, "max_connections", 20);
  std::vector<Client> together;
  for (int i = 0; i < 20; ++i) together.emplace_back(running.port()).send(request);
  for (auto& client : together) check_rest(client, {rfc::problem(503)});
  check_hits(running, "max_connections", 40);
  for (auto& client : served) { // who is in is not disturbed
    client.send(request);
    CHECK(client.receive().status == 200);
  }
  served.clear();
  CHECK(comes_true([&] { return get(running.port(), "/").status == 200; }));
}

TEST_CASE("too many connections of one address: others are served") {
  Running running(only_c({{"GREETER_MAX_CONNECTIONS_PER_ADDRESS", "2"}}));
  const ClientOptions here{.from = "127.0.0.1"}, there{.from = "127.0.0.2"};
  std::vector<Client> served;
  for (const auto& options : {here, here, there, there}) {
    served.emplace_back(running.port(), options).send(request);
    CHECK(served.back().receive().status == 200);
  }
  for (const auto& options : {here, there, here}) {
    Client client(running.port(), options);
    client.send(request);
    check_rest(client, {rfc::problem(503)});
  }
  check_hits(running, "max_connections_per_address", 3);
  served.erase(served.begin()); // makes room for its own address only
  const auto gets_in = [&](const ClientOptions& options) {
    Client client(running.port(), options);
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    return client.receive().status == 200;
  };
  CHECK(comes_true([&] { return gets_in(here); }));
  CHECK_FALSE(gets_in(there));
}

TEST_CASE("connections of trusted proxies count in all, not by address: many clients come through each") {
  Running running(only_c({{"GREETER_MAX_CONNECTIONS_PER_ADDRESS", "2"},
                          {"GREETER_MAX_CONNECTIONS", "8"},
                          {"GREETER_TRUSTED_PROXIES", "10.42.0.0/16,127.0.0.2"}}));
  const ClientOptions elsewhere{.from = "127.0.0.1"}, proxy{.from = "127.0.0.2"};
  std::vector<Client> served;
  const auto enter = [&](const ClientOptions& options) {
    served.emplace_back(running.port(), options).send(request);
    return served.back().receive().status;
  };
  for (int i = 0; i < 2; ++i) CHECK(enter(elsewhere) == 200);
  CHECK(enter(elsewhere) == 503);
  for (int i = 0; i < 6; ++i) CHECK(enter(proxy) == 200);
  check_hits(running, "max_connections_per_address", 1);
  CHECK(enter(proxy) == 503);
  CHECK(running.hits("max_connections") == 1);
}

TEST_CASE("too many requests of a connection: the last answer says so") {
  Running running(only_c({{"GREETER_MAX_REQUESTS_PER_CONNECTION", "3"}}));
  Client together(running.port());
  together.send(repeated(request, 5));
  Client apart(running.port());
  for (int i = 0; i < 3; ++i) {
    apart.send(request);
    for (auto* client : {&together, &apart}) {
      const auto reply = client->receive();
      CHECK(reply.status == 200);
      CHECK(reply.has("Connection: close") == (i == 2));
    }
  }
  check_rest(together, {});
  check_rest(apart, {});
  check_hits(running, "max_requests_per_connection", 2);
}
