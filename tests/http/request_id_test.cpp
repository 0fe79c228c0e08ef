// Which responses tell an X-Request-Id, and whose.
#include "http/running.hpp"
#include "support/folder.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace greeter;
using namespace greeter::test;
using namespace std::literals;

namespace {

constexpr auto token = "an-editors-token-1"sv;

// With an API, so that all of its ways to answer are there.
struct Served {
  Served() : running(settings()) {}
  Environment settings() const {
    folder.write("tokens", "editor " + std::string(token) + "\n");
    return only_c({{"GREETER_TOKEN_FILE", folder.path("tokens")}, {"GREETER_STORE", "memory:"}});
  }
  Folder folder;
  Running running;
};

// Every value of the field.
std::vector<std::string> ids_of(const Reply& reply) {
  constexpr auto name = "\r\nX-Request-Id: "sv;
  std::vector<std::string> ids;
  for (auto at = reply.head.find(name); at != std::string::npos; at = reply.head.find(name, at + 1)) {
    const auto begin = at + name.size();
    ids.push_back(reply.head.substr(begin, reply.head.find("\r\n", begin) - begin));
  }
  return ids;
}

bool is_made(const std::string& id) {
  return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

struct Asking {
  std::string request; // its line and the Host
  int status;
  bool always = false; // an id is told even where none was sent
};

std::vector<Asking> all_ways() {
  const auto api = "\r\nHost: c\r\nAuthorization: Bearer " + std::string(token);
  return {
      {"GET / HTTP/1.1\r\nHost: c", 200},
      {"HEAD / HTTP/1.1\r\nHost: c", 200},
      {"GET / HTTP/1.1\r\nHost: c\r\nIf-None-Match: *", 304},
      {"GET / HTTP/1.1\r\nHost: c\r\nAccept: text/html", 200},
      {"GET /health HTTP/1.1\r\nHost: c", 200},
      {"GET /openapi.json HTTP/1.1\r\nHost: c", 200},
      {"GET /nowhere HTTP/1.1\r\nHost: c", 404, true},
      {"POST / HTTP/1.1\r\nHost: c\r\nContent-Length: 0", 405, true},
      {"GET / HTTP/1.1\r\nHost: c\r\nIf-Match: \"x\"", 412, true},
      {"GET /api/v1/whoami HTTP/1.1\r\nHost: c", 401, true},
      {"GET /api/v1/whoami HTTP/1.1" + api, 200, true},
      {"HEAD /api/v1/greetings HTTP/1.1" + api, 200, true},
      {"GET /api/v1/greetings/none HTTP/1.1" + api, 404, true},
      {"DELETE /api/v1/greetings/none HTTP/1.1" + api, 404, true},
  };
}

} // namespace

TEST_CASE("whoever sends an X-Request-Id gets it back, once, in every response") {
  const Served site;
  for (const auto& [request, status, always] : all_ways()) {
    CAPTURE(request);
    Client client(site.running.port());
    client.send(request + "\r\nX-Request-Id: mine/1\r\n\r\n");
    const auto reply = client.receive(request.starts_with("HEAD"));
    CHECK(reply.status == status);
    CHECK(ids_of(reply) == std::vector{"mine/1"s});
  }
}

TEST_CASE("a malformed X-Request-Id is never sent back: a new one is") {
  const Served site;
  for (const auto& [request, status, always] : all_ways()) {
    CAPTURE(request);
    Client client(site.running.port());
    client.send(request + "\r\nX-Request-Id: <mine>\r\n\r\n");
    const auto ids = ids_of(client.receive(request.starts_with("HEAD")));
    REQUIRE(ids.size() == 1);
    CHECK(is_made(ids[0]));
  }
}

TEST_CASE("whoever sends none is told one by the API and by every problem, and by nothing else") {
  const Served site;
  std::set<std::string> seen;
  for (const auto& [request, status, always] : all_ways()) {
    CAPTURE(request);
    Client client(site.running.port());
    client.send(request + "\r\n\r\n");
    const auto ids = ids_of(client.receive(request.starts_with("HEAD")));
    REQUIRE(ids.size() == (always ? 1 : 0));
    if (always) CHECK(is_made(ids[0]));
    if (always) CHECK(seen.insert(ids[0]).second);
  }
}

TEST_CASE("requests of one connection have an id each") {
  const Served site;
  Client client(site.running.port());
  client.send("GET / HTTP/1.1\r\nHost: c\r\nX-Request-Id: 1\r\n\r\n"
              "GET / HTTP/1.1\r\nHost: c\r\n\r\n"
              "GET /x HTTP/1.1\r\nHost: c\r\nX-Request-Id: 3\r\n\r\n"
              "GET / HTTP/1.1\r\nHost: c\r\nX-Request-Id: 4\r\n\r\n");
  CHECK(ids_of(client.receive()) == std::vector{"1"s});
  CHECK(ids_of(client.receive()).empty());
  CHECK(ids_of(client.receive()) == std::vector{"3"s});
  const auto last = client.receive();
  CHECK(ids_of(last) == std::vector{"4"s});
  CHECK(last.body == R"({"response":"Moin!"})");
}

TEST_CASE("a request that can't be read is told an id as well") {
  const Served site;
  Client client(site.running.port());
  client.send("GET / HTTP/1.1\r\nX-Request-Id: mine\r\n\r\n");
  const auto reply = client.receive();
  CHECK(reply.status == 400);
  const auto ids = ids_of(reply);
  REQUIRE(ids.size() == 1);
  CHECK(is_made(ids[0]));
}

TEST_CASE("a stream of events begins with the id of its request") {
  const Served site;
  Client client(site.running.port());
  client.send("GET /api/v1/greetings/events HTTP/1.1\r\nHost: c\r\nAuthorization: Bearer " + std::string(token) +
              "\r\nX-Request-Id: stream-1\r\n\r\n");
  const auto reply = client.receive();
  CHECK(reply.status == 200);
  CHECK(ids_of(reply) == std::vector{"stream-1"s});
}
