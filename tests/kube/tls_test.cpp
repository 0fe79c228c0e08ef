#include "kube/certificates.hpp"
#include "kube/client.hpp"
#include "kube/server.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>

using namespace greeter;
using namespace greeter::kube;
using namespace greeter::test;

namespace {

const Json thing = object("a", "7");

const Authority& authority() {
  static const Authority one;
  return one;
}

// What a client says of a server with a certificate for `names`; empty: it gets its answer.
std::string asked_of(const std::string& names, const std::string& host, const std::string& server_name = "",
                     const std::string& ca = authority().pem()) {
  const auto context = server_context(authority().issue(names));
  const Server server(in_turn({says(answer(200, thing))}), context.get());
  auto access = server.access();
  access.timeout = std::chrono::seconds(5);
  access.server = fmt::format("https://{}:{}", host, server.port());
  access.server_name = server_name;
  access.ca = ca;
  const auto got = Client(access).get("/a");
  if (!got) CHECK(server.asked().empty()); // nothing was told to it
  if (!got) CHECK(got.error().code == ErrorCode::unavailable);
  return got ? "" : got.error().message;
}

} // namespace

TEST_CASE("a server is believed by its name or address") {
  CHECK(asked_of("DNS:localhost", "localhost").empty());
  CHECK(asked_of("IP:127.0.0.1", "127.0.0.1").empty());
  CHECK(asked_of("DNS:kubernetes", "127.0.0.1", "kubernetes").empty());
  CHECK(asked_of("DNS:a,IP:127.0.0.1,DNS:b", "127.0.0.1", "b").empty());
}

TEST_CASE("a server with another name is not believed, and not told anything") {
  CHECK(asked_of("DNS:elsewhere", "localhost") == "TLS with localhost failed: hostname mismatch");
  CHECK(asked_of("IP:127.0.0.2", "127.0.0.1") == "TLS with 127.0.0.1 failed: IP address mismatch");
  CHECK(asked_of("DNS:127.0.0.1", "127.0.0.1") == "TLS with 127.0.0.1 failed: IP address mismatch");
  CHECK(asked_of("DNS:localhost,IP:127.0.0.1", "127.0.0.1", "kubernetes") ==
        "TLS with kubernetes failed: hostname mismatch");
}

TEST_CASE("a server that somebody else vouches for is not believed") {
  CHECK(asked_of("DNS:localhost", "localhost", "", Authority().pem()).starts_with("TLS with localhost failed: "));
  CHECK(asked_of("DNS:localhost", "localhost", "", "").starts_with("TLS with localhost failed: ")); // the system's
}

TEST_CASE("any of several authorities may vouch") {
  CHECK(asked_of("DNS:localhost", "localhost", "", Authority().pem() + "\n" + authority().pem()).empty());
}

TEST_CASE("a certificate shows who we are") {
  const Authority clients;
  const auto context = server_context(authority().issue("IP:127.0.0.1"), clients.pem());
  const Server server(in_turn({says(answer(200, thing))}), context.get());
  auto access = server.access();
  access.timeout = std::chrono::seconds(5);
  access.ca = authority().pem();
  const auto code = [&](const Identity& who) {
    access.certificate = who.certificate;
    access.key = who.key;
    const auto got = Client(access).get("/a");
    return got ? std::nullopt : std::optional(got.error().code);
  };
  const auto own = clients.issue("");
  CHECK(code(own) == std::nullopt);
  CHECK(code({}) == ErrorCode::unavailable);
  CHECK(code(Authority().issue("")) == ErrorCode::unavailable);
  CHECK(code({own.certificate, clients.issue("").key}) == ErrorCode::invalid);
  CHECK(code({own.certificate, ""}) == ErrorCode::invalid);
  CHECK(code({"nothing", own.key}) == ErrorCode::invalid);
}

TEST_CASE("what is no certificate authority is none") {
  kube::Access access;
  access.server = "https://127.0.0.1:1";
  const auto pem = authority().pem();
  for (const auto& ca : {std::string("nothing"), pem.substr(0, pem.size() / 2), pem + pem.substr(0, pem.size() / 2)}) {
    access.ca = ca;
    const auto got = Client(access).get("/a");
    CHECK(got.error().message ==
          "the certificate authority can't be used for TLS: it is not there, or holds something else");
  }
}

TEST_CASE("connections with TLS are used again, and watches run over them") {
  const auto context = server_context(authority().issue("IP:127.0.0.1"));
  const Server server(in_turn({says(answer(200, thing)), says(answer(200, thing)),
                               says(watch_head + chunk(event("ADDED", "a", "8")) + "0\r\n\r\n")}),
                      context.get());
  auto access = server.access();
  access.ca = authority().pem();
  Client client(access);
  CHECK(client.get("/a"));
  CHECK(client.create("/a", thing));
  unsigned events = 0;
  const auto end = client.watch("/a", "7", [&](const Event&) { ++events; }, {});
  REQUIRE(end);
  CHECK(end.value() == WatchEnd::ended);
  CHECK(events == 1);
  CHECK(server.connections() == 1);
}

TEST_CASE("a server that does not finish its handshake is left at once when a watch is to stop") {
  const Server server(in_turn({says_and_holds("")})); // speaks no TLS: it waits for the end of a line
  auto access = server.access();
  access.server = fmt::format("https://127.0.0.1:{}", server.port());
  access.ca = authority().pem();
  Client client(access);
  std::stop_source stop;
  std::optional<Result<WatchEnd>> end;
  std::jthread watcher([&] { end = client.watch("/a", "7", [](const Event&) {}, stop.get_token()); });
  REQUIRE(server.wait_until_connected());
  const auto begin = std::chrono::steady_clock::now();
  stop.request_stop();
  watcher.join();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
  REQUIRE(end->operator bool());
  CHECK(end->value() == WatchEnd::stopped);
}
