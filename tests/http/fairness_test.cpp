// One client's demands do not become another's wait: turns, memory, descriptors.
#include "http/rfc/case.hpp"
#include "http/running.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

using namespace greeter;
using namespace greeter::test;
using rfc::repeated;
using namespace std::literals;

namespace {

constexpr auto request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"sv;

// Lowers the process's soft limit of descriptors, for its life.
class FewDescriptors {
public:
  explicit FewDescriptors(rlim_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{most, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

private:
  rlimit before_{};
};

} // namespace

TEST_CASE("a turn has so many answers, and all answers come") {
  Running running(only_c({{"GREETER_MAX_REQUESTS_PER_TURN", "3"}, {"GREETER_WORKERS", "1"}}));
  Client client(running.port());
  for (const auto& [requests, further_turns] : {std::pair(3, 0), {4, 1}, {6, 1}, {7, 2}, {30, 9}}) {
    CAPTURE(requests);
    const auto before = running.hits("max_requests_per_turn");
    client.send(repeated(request, static_cast<std::size_t>(requests)));
    for (int i = 0; i < requests; ++i) CHECK(client.receive().status == 200);
    CHECK(running.hits("max_requests_per_turn") - before == static_cast<std::size_t>(further_turns));
  }
}

TEST_CASE("a client that never stops asking does not starve another of the same worker") {
  Running running(only_c({{"GREETER_WORKERS", "1"}, {"GREETER_MAX_REQUESTS_PER_CONNECTION", "1000000000"}}));
  Client greedy(running.port());
  std::atomic<bool> enough = false;
  std::atomic<std::size_t> asked = 0, answered = 0;
  std::thread asking([&] {
    const auto many = repeated(request, 1000);
    while (!enough) {
      greedy.send(many);
      asked += 1000;
      while (!enough && asked - answered > 20'000) std::this_thread::yield(); // there is always much to do
    }
    greedy.finish();
  });
  std::thread reading([&] {
    while (greedy.receive().status == 200) ++answered;
  });
  CHECK(comes_true([&] { return answered > 5000; }));
  Client modest(running.port());
  for (int i = 0; i < 20; ++i) { // each while the other is still asking
    modest.send(request);
    CHECK(modest.receive().status == 200);
  }
  enough = true;
  asking.join();
  reading.join();
  CHECK(answered.load() == asked.load());
  CHECK(running.hits("max_requests_per_turn") > 0);
}

TEST_CASE("unfinished requests hold no more memory than they may together, and give it back") {
  Running running(
      only_c({{"GREETER_MAX_BUFFER_BYTES", "1048576"}, {"GREETER_BODY_TIMEOUT", "60s"}, {"GREETER_WORKERS", "1"}}));
  const auto head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n"s;
  constexpr std::size_t clients = 60;
  for (int round = 0; round < 2; ++round) { // the second finds all memory free again
    CAPTURE(round);
    const auto before = running.hits("max_buffer_bytes");
    std::vector<Client> all;
    std::vector<Client*> waiting;
    for (std::size_t i = 0; i < clients; ++i) {
      all.emplace_back(running.port()).send(head + repeated("a", 59'999));
      for (int turn = 0; turn < 3; ++turn) // the worker has then read all of it, and whoever holds nothing is served
        CHECK(get(running.port(), "/").status == 200);
    }
    CHECK(running.hits("max_buffer_bytes") > before);
    std::size_t refused = 0;
    for (auto& client : all) {
      client.take();
      if (client.is_silent(0ms)) {
        waiting.push_back(&client);
        continue;
      }
      ++refused;
      CHECK(client.receive().status == 503);
      CHECK(client.receive_all() == "");
      CHECK(client.closed_by_server());
      CHECK_FALSE(client.reset_by_server());
    }
    CHECK(running.hits("max_buffer_bytes") - before == refused);
    CHECK(waiting.size() >= 5); // even if each buffer were three times as large as what it holds
    CHECK(waiting.size() <= 1'048'576 / 60'000);
    for (auto* client : waiting) {
      client->send("a");
      CHECK(client->receive().status == 405);
    }
  }
}

TEST_CASE("out of descriptors clients wait, and all are served in the end") {
  Running running(only_c({{"GREETER_WORKERS", "1"}}));
  REQUIRE(get(running.port(), "/").status == 200); // and has all the descriptors that it needs for itself
  constexpr std::size_t clients = 24, spare = 6;
  std::vector<Fd> sockets; // made beforehand, so that only the server comes up against the limit
  while (sockets.size() < clients) sockets.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  std::vector<std::unique_ptr<Client>> waiting;
  {
    const FewDescriptors few(static_cast<rlim_t>(sockets.back().get()) + 1 + spare);
    for (auto& socket : sockets) {
      waiting.push_back(std::make_unique<Client>(std::move(socket), running.port()));
      waiting.back()->send(request);
    }
    CHECK(comes_true([&] { return running.server().connections() > 0; }));
    std::size_t served = 0;
    CHECK(comes_true([&] {
      for (auto& client : waiting) {
        if (!client || client->is_silent(5ms)) continue;
        CHECK(client->receive().status == 200);
        CHECK(running.server().connections() < clients);
        client.reset(); // makes room for another
        ++served;
      }
      return served == clients;
    }));
  }
  CHECK(get(running.port(), "/").status == 200);
  CHECK(comes_true([&] { return running.server().connections() == 0; }));
}
