// The public port's contract, over real sockets.
#include "http/running.hpp"
#include "support/folder.hpp"

#include <nlohmann/json.hpp>

using namespace greeter;
using namespace greeter::test;
using namespace std::literals;

TEST_CASE("GET / answers the greeting as JSON") {
  Running running(only_c());
  const auto reply = get(running.port(), "/");
  CHECK(reply.status == 200);
  CHECK(reply.has("Content-Type: application/json"));
  CHECK(reply.has("Connection: close"));
  CHECK(reply.body == R"({"response":"Moin!"})");
  CHECK(get(running.port(), "/?a=b").body == reply.body);
  CHECK(get(running.port(), "/health").body == R"({"status":"ok"})");
}

TEST_CASE("text comes back as UTF-8 JSON, whatever it holds") {
  const auto text = "Grüß \"Gott\" \\ 👋🏽\nzweite Zeile\t\x01"s;
  Running running({{"CUSTOMER_NAME", "C"}, {"GREETING", text}});
  const auto reply = get(running.port(), "/");
  CHECK(nlohmann::json::parse(reply.body)["response"] == text);
  CHECK(reply.body.find("Grüß") != std::string::npos);
}

TEST_CASE("HEAD has the very fields of GET, and no body") {
  Running running(only_c());
  for (const auto* path : {"/", "/health", "/nothing"}) {
    CAPTURE(path);
    Client client(running.port());
    const auto fields = " HTTP/1.1\r\nHost: a\r\nX-Request-Id: one\r\n\r\n"s; // else each error makes an id of its own
    client.send("GET "s + path + fields + "HEAD " + path + fields + "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto got = client.receive();
    const auto headed = client.receive(true);
    CHECK(headed.head == got.head);
    CHECK(client.receive().body == R"({"response":"Moin!"})");
  }
}

TEST_CASE("other methods and paths are problems") {
  Running running(only_c());
  for (const auto* method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}) {
    CAPTURE(method);
    Client client(running.port());
    client.send(std::string(method) +
                " / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto reply = client.receive();
    CHECK(reply.status == 405);
    CHECK(reply.has("Allow: GET, HEAD"));
    CHECK(reply.has("Content-Type: application/problem+json"));
    CHECK(client.receive().status == 200); // the body was that request's, not the next one's
  }
  for (const auto* path : {"/nothing", "//", "/health/", "/index.html", "/%00", "/..", "/readyz", "/metrics"}) {
    CAPTURE(path);
    const auto reply = get(running.port(), path);
    CHECK(reply.status == 404);
    CHECK(nlohmann::json::parse(reply.body)["status"] == 404);
  }
}

TEST_CASE("customers are reached by host, and nobody gets another one's greeting") {
  const Folder folder;
  folder.customer("customer-a", "A", "Hi!");
  folder.customer("customer-c", "C", "Moin!");
  Running running({{"GREETER_CONFIG", folder.path()}});
  CHECK(get(running.port(), "/", "customer-a.parcellab.com").body == R"({"response":"Hi!"})");
  CHECK(get(running.port(), "/", "Customer-C.PARCELLAB.com:8080").body == R"({"response":"Moin!"})");
  CHECK(get(running.port(), "/", "customer-c.localhost").body == R"({"response":"Moin!"})");
  CHECK(get(running.port(), "http://customer-a.parcellab.com/", "customer-c.parcellab.com").body ==
        R"({"response":"Hi!"})");
  const auto stranger = get(running.port(), "/", "customer-b.parcellab.com");
  CHECK(stranger.status == 404);
  CHECK(stranger.body.find("Moin") == std::string::npos);
  CHECK(get(running.port(), "/", "").status == 404);
}

TEST_CASE("a customer whom nobody knows is a 404 problem, and not ready") {
  const Folder folder;
  folder.customer("customer-a", "A", "Hi!");
  Running running({{"GREETER_CONFIG", folder.path()}, {"CUSTOMER_NAME", "Z"}});
  const auto reply = get(running.port(), "/");
  CHECK(reply.status == 404);
  CHECK(reply.has("Content-Type: application/problem+json"));
  CHECK(nlohmann::json::parse(reply.body)["detail"] == "There is no customer named \"Z\".");
  CHECK(get(running.port(), "/health").status == 200);
  const auto ready = get(running.management(), "/readyz");
  CHECK(ready.status == 503);
  CHECK(nlohmann::json::parse(ready.body)["detail"] == "there is no customer named \"Z\"");
}

TEST_CASE("a new configuration is served at once, counts stay") {
  const Folder folder;
  folder.customer("customer-a", "A", "Hi!");
  Running running({{"GREETER_CONFIG", folder.path()}});
  Client client(running.port());
  constexpr auto request = "GET / HTTP/1.1\r\nHost: customer-a.localhost\r\n\r\n";
  client.send(request);
  CHECK(client.receive().body == R"({"response":"Hi!"})");
  folder.customer("customer-a", "A", "Hello!");
  running.server().publish(running.load());
  client.send(request);
  CHECK(client.receive().body == R"({"response":"Hello!"})");
  const auto metrics = running.metrics();
  CHECK(metrics.find("greeter_greetings_total{customer=\"customer-a\"} 2\n") != std::string::npos);
  CHECK(metrics.find("greeter_config_reloads_total{result=\"success\"} 1\n") != std::string::npos);
}
