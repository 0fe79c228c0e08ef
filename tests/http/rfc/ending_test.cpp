// Clients that end: half-closed at every point, reset at every point, or slow to take what they asked for. The server
// answers what it can and stays well.
#include "http/rfc/delivery.hpp"
#include "http/rfc/transcript.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace greeter;
using namespace greeter::test;
using namespace std::literals;

namespace {

// Requests one behind the other, with the answer to each.
struct Dialogue {
  std::vector<std::pair<std::string, rfc::Answer>> steps;

  std::string bytes() const {
    std::string all;
    for (const auto& [request, answer] : steps) all += request;
    return all;
  }
  // Those to requests that are whole within the first bytes.
  std::vector<rfc::Answer> answers_within(std::size_t bytes) const {
    std::vector<rfc::Answer> answers;
    for (const auto& [request, answer] : steps) {
      if (bytes < request.size()) break;
      bytes -= request.size();
      answers.push_back(answer);
    }
    return answers;
  }
};

std::vector<Dialogue> dialogues() {
  return {
      {{{rfc::get, rfc::greeting()}}},
      {{{"\r\n" + rfc::get, rfc::greeting()}, {"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", rfc::greeting_head()}}},
      {{{rfc::post_with("Content-Length: 5", "hello"), rfc::problem(405)}, {rfc::get, rfc::greeting()}}},
      {{{rfc::chunked("5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n"), rfc::problem(405)},
        {"GET /health HTTP/1.1\r\nHost: a\r\n\r\n", rfc::health()},
        {rfc::get_with("If-None-Match: *"), rfc::unmodified()}}},
  };
}

// Of the whole process, once its threads have those that they keep.
std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

Environment one_worker() { return only_c({{"GREETER_WORKERS", "1"}}); }

} // namespace

TEST_CASE("a client that half-closes has the answers to its whole requests, and then the end") {
  Running running(one_worker());
  rfc::Pulse pulse(running.port());
  for (const auto& dialogue : dialogues()) {
    const auto bytes = dialogue.bytes();
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
      for (const bool apart : {false, true}) { // the end together with the bytes, or when they have been read
        Client client(running.port());
        client.send(bytes.substr(0, cut));
        if (apart) pulse.settle();
        client.finish();
        const auto found = rfc::difference(client.receive_all(), dialogue.answers_within(cut), false);
        CHECK_MESSAGE(found.empty(), found, ", after ", cut, " bytes of ", rfc::shown(bytes));
        CHECK(client.closed_by_server());
        CHECK_FALSE(client.reset_by_server());
      }
  }
  CHECK(comes_true([&] { return running.server().connections() == 1; }));
}

TEST_CASE("a client that resets its connection in the middle of a request costs nothing") {
  Running running(one_worker());
  rfc::Pulse pulse(running.port());
  pulse.beat();
  CHECK(get(running.management(), "/livez").status == 200);
  const auto before = open_descriptors();
  for (const auto& dialogue : dialogues()) {
    const auto bytes = dialogue.bytes();
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
      for (const bool apart : {false, true}) {
        Client client(running.port());
        client.send(bytes.substr(0, cut));
        if (apart) pulse.settle();
        client.abandon();
      }
    pulse.beat();
  }
  CHECK(comes_true([&] { return running.server().connections() == 1; }));
  CHECK(comes_true([&] { return open_descriptors() <= before; }));
  CHECK(get(running.port(), "/").body == R"({"response":"Moin!"})");
}

TEST_CASE("a client that resets its connection in the middle of a response costs nothing") {
  Running running(one_worker());
  rfc::Pulse pulse(running.port());
  pulse.beat();
  CHECK(get(running.management(), "/livez").status == 200);
  const auto before = open_descriptors();
  const auto many = rfc::repeated(rfc::get, 20'000); // answers for more than a socket takes at once
  for (int i = 0; i < 20; ++i) {
    Client client(running.port(), {.receive_buffer = 4096});
    client.send(std::string_view(many).substr(0, 30'000 * static_cast<std::size_t>(i % 3 + 1)));
    if (i % 2) CHECK(client.receive().status == 200);
    if (i % 4 > 1) pulse.settle();
    client.abandon();
  }
  pulse.beat();
  CHECK(comes_true([&] { return running.server().connections() == 1; }));
  CHECK(comes_true([&] { return open_descriptors() <= before; }));
}

TEST_CASE("a client that is refused may go on sending, or end, or reset") {
  Running running(one_worker());
  for (int i = 0; i < 30; ++i) {
    Client client(running.port());
    client.send("nonsense\r\n\r\n" + (i % 3 == 0 ? rfc::repeated("more of it\r\n", 10'000) : ""));
    if (i % 3 == 1) client.finish();
    CHECK(client.receive().status == 400);
    if (i % 3 == 2) {
      client.abandon();
      continue;
    }
    CHECK(client.receive_all() == "");
    CHECK(client.closed_by_server());
    CHECK_FALSE(client.reset_by_server());
  }
  CHECK(comes_true([&] { return running.server().connections() == 0; }));
}

TEST_CASE("a client that takes its answers in small pieces gets them all") {
  Running running(one_worker());
  Client client(running.port(), {.receive_buffer = 2048});
  constexpr std::size_t requests = 5000;
  client.send(rfc::repeated(rfc::get, requests - 1) + rfc::get_with("Connection: close"));
  const auto found = rfc::difference(client.receive_all(), std::vector(requests, rfc::greeting()), true);
  CHECK_MESSAGE(found.empty(), found);
}
