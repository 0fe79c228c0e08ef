// The API in process, for the sanitizers: tests/api has its rules.
#include "http/running.hpp"
#include "support/folder.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <atomic>

using namespace greeter;
using namespace greeter::test;
using namespace std::literals;

namespace {

constexpr auto editor = "Authorization: Bearer an-editors-token-1\r\n";

struct ApiServer {
  explicit ApiServer(Environment settings = {}) : running(with_tokens(std::move(settings))) {}

  Environment with_tokens(Environment settings) const {
    folder.write("tokens", "editor an-editors-token-1\nreader a-readers-token-1\n");
    settings.merge(Environment{{"GREETER_TOKEN_FILE", folder.path("tokens")}, {"GREETER_STORE", "memory:"}});
    return only_c(std::move(settings));
  }

  Folder folder;
  Running running;
};

std::string request(std::string_view method, std::string_view path, std::string_view body = "",
                    std::string_view fields = "") {
  return std::string(method) + " /api/v1/" + std::string(path) + " HTTP/1.1\r\nHost: c\r\n" + editor +
         std::string(fields) + "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

// How often a greeting was given.
int visits(std::uint16_t port) {
  Client client(port);
  client.send(request("GET", "visits"));
  return nlohmann::json::parse(client.receive().body)["total"];
}

} // namespace

TEST_CASE("what is written is read, and greets") {
  ApiServer server;
  Client client(server.running.port());
  client.send(request("PUT", "greetings/a", R"({"text":"Hello"})"));
  const auto created = client.receive();
  CHECK(created.status == 201);
  CHECK(created.has("ETag: \"1\""));
  client.send(request("GET", "greetings/a"));
  CHECK(nlohmann::json::parse(client.receive().body)["text"] == "Hello");
  CHECK(get(server.running.port(), "/").body == R"({"response":"Hello"})");
}

TEST_CASE("a body in chunks is the body") {
  ApiServer server;
  Client client(server.running.port());
  client.send("PUT /api/v1/greetings/a HTTP/1.1\r\nHost: c\r\n" + std::string(editor) +
              "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
              "9\r\n{\"text\":\"\r\n5;x=y\r\nHello\r\n2\r\n\"}\r\n0\r\nTrailer: x\r\n\r\n");
  CHECK(nlohmann::json::parse(client.receive().body)["text"] == "Hello");
}

TEST_CASE("requests of one connection are done in their order, whichever thread does them") {
  ApiServer server;
  Client client(server.running.port());
  std::string all;
  for (int i = 0; i < 20; ++i)
    all += request("PUT", "greetings/a", R"({"text":"Hello )" + std::to_string(i) + "\"}", "If-Match: *\r\n") +
           request("GET", "greetings/a");
  all.replace(0, all.find("GET /api"), request("PUT", "greetings/a", R"({"text":"Hello 0"})"));
  client.send(all);
  for (int i = 0; i < 20; ++i) {
    CHECK(client.receive().status == (i == 0 ? 201 : 200));
    CHECK(nlohmann::json::parse(client.receive().body)["text"] == "Hello " + std::to_string(i));
  }
}

TEST_CASE("writers, readers, streams, visitors and reloads at once: every change and every visit is counted once") {
  ApiServer server;
  const auto port = server.running.port();
  Client stream(port);
  stream.send(request("GET", "greetings/events?after=0"));
  Client first(port);
  first.send(request("PUT", "greetings/counter", R"({"text":"-"})"));
  REQUIRE(first.receive().status == 201);
  REQUIRE(get(port, "/").status == 200);

  constexpr int writers = 4, rounds = 25;
  std::atomic<bool> done = false;
  std::vector<std::thread> threads;
  for (int w = 0; w < writers; ++w)
    threads.emplace_back([port, w] { // a letter each: the same change by two is one change (RFC 9110, 13.1.1)
      Client client(port);
      for (int counted = 0; counted < rounds;) {
        client.send(request("GET", "greetings/counter"));
        const auto now = nlohmann::json::parse(client.receive().body);
        const auto next = now["text"].get<std::string>() + static_cast<char>('a' + w);
        client.send(request("PATCH", "greetings/counter", R"({"text":")" + next + "\"}",
                            "If-Match: \"" + std::to_string(now["revision"].get<int>()) + "\"\r\n"));
        const int status = client.receive().status;
        if (status == 200) ++counted;
        else if (status != 412) return;
      }
    });
  int given = 0;
  std::thread reader([&] {
    for (; !done; ++given) get(port, "/");
  });
  std::thread counter([&] {
    while (!done) CHECK(visits(port) > 0);
  });
  std::thread reloader([&] {
    while (!done) {
      server.running.server().publish(server.running.load());
      (void)server.running.server().reload_tokens();
      server.running.server().show_due();
    }
  });
  for (auto& thread : threads) thread.join();
  done = true;
  reader.join();
  counter.join();
  reloader.join();
  CHECK(visits(port) == given + 1);
  const std::string text = nlohmann::json::parse(get(port, "/").body)["response"];
  CHECK(text.size() == 1 + writers * rounds);

  server.running.server().drain(5s);
  const auto events = stream.receive_all();
  for (std::size_t size = 1; size <= text.size(); ++size) {
    const auto event = R"("text":")" + text.substr(0, size) + "\"";
    const auto at = events.find(event);
    CAPTURE(event);
    CHECK(at != std::string::npos);
    CHECK(events.find(event, at + 1) == std::string::npos);
  }
}
