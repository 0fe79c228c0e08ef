// The way out: announced, drained, cut off.
#include "http/running.hpp"

using namespace greeter;
using namespace greeter::test;
using namespace std::literals;

namespace {

constexpr auto request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"sv;

} // namespace

TEST_CASE("a stop that is announced: not ready, but serving, and every response ends its connection") {
  Running running(only_c());
  Client open(running.port());
  open.send(request);
  CHECK_FALSE(open.receive().has("Connection: close"));
  running.server().announce_stop();
  const auto ready = get(running.management(), "/readyz");
  CHECK(ready.status == 503);
  CHECK(ready.body.find("shutting down") != std::string::npos);
  CHECK(get(running.management(), "/livez").status == 200);
  open.send(request);
  const auto last = open.receive();
  CHECK(last.status == 200);
  CHECK(last.has("Connection: close"));
  CHECK(get(running.port(), "/").status == 200); // new clients are still taken
}

TEST_CASE("a drain answers what is on its way, takes no new clients, and ends") {
  Running running(only_c());
  Client halfway(running.port());
  halfway.send(request.substr(0, 10));
  Client idle(running.port());
  idle.send(request);
  CHECK(idle.receive().status == 200);
  running.server().drain(10s);
  CHECK_FALSE(running.finished_within(50ms));
  halfway.send(request.substr(10));
  const auto reply = halfway.receive();
  CHECK(reply.status == 200);
  CHECK(reply.has("Connection: close"));
  halfway.finish();
  idle.finish();
  CHECK(running.finished_within(5s));
  CHECK_THROWS(Client(running.port()));
}

TEST_CASE("a drain without connections ends at once") {
  Running running(only_c());
  running.server().drain(10s);
  CHECK(running.finished_within(5s));
}

TEST_CASE("what is not done within the grace time is cut off") {
  Running running(only_c());
  Client stuck(running.port());
  stuck.send("GET / HTTP/1.1\r\n");
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (running.server().connections() == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  running.server().drain(200ms);
  CHECK(running.finished_within(5s));
  stuck.receive_all();
  CHECK(stuck.closed_by_server());
}
