// Responses that another thread makes: their order, their time, and clients that do not wait for them.
#include "http/client.hpp"
#include "http/engine.hpp"
#include "http/running.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <map>
#include <mutex>

using namespace greeter;
using namespace greeter::test;
using namespace std::literals;

namespace {

std::string response(std::string_view body, std::string_view fields = "") {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

// Where the handler leaves what is to be answered, by path.
class Desk {
public:
  void leave(std::string path, DeferredReply reply) {
    const std::lock_guard lock(mutex_);
    replies_.emplace(std::move(path), std::move(reply));
    arrived_.notify_all();
  }
  DeferredReply take(const std::string& path) {
    std::unique_lock lock(mutex_);
    REQUIRE(arrived_.wait_for(lock, 10s, [&] { return replies_.contains(path); }));
    auto reply = replies_.at(path);
    replies_.erase(path);
    return reply;
  }

private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<std::string, DeferredReply> replies_;
};

// Defers what begins with "/later", and answers the rest at once.
class DeskHandler final : public Handler {
public:
  explicit DeskHandler(Desk& desk) : desk_(desk) {}
  int answer(const Exchange& exchange, std::string& out) override {
    if (exchange.frame.path.starts_with("/later")) {
      desk_.leave(std::string(exchange.frame.path), exchange.later->defer());
      return deferred;
    }
    out += response(exchange.frame.path);
    return 200;
  }
  void refused(const Address&, const RequestIds&, int) override {}

private:
  Desk& desk_;
};

struct Served {
  explicit Served(EngineLimits limits = {}) : metrics(1) {
    auto started = Engine::start({"127.0.0.1", 0, "port", limits}, metrics.workers(),
                                 [this](unsigned) { return std::make_unique<DeskHandler>(desk); });
    REQUIRE(started);
    engine = std::move(started.value());
  }
  bool finished() const {
    pollfd wait{engine->finished_fd(), POLLIN, 0};
    return ::poll(&wait, 1, 5000) == 1;
  }

  Desk desk;
  Metrics metrics;
  std::unique_ptr<Engine> engine;
};

std::string ask(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

} // namespace

TEST_CASE("a response may come from another thread, and the connection goes on") {
  Served served;
  Client client(served.engine->port());
  for (int i = 0; i < 3; ++i) {
    client.send(ask("/later"));
    served.desk.take("/later").send(response("late"), 200);
    CHECK(client.receive().body == "late");
    client.send(ask("/now"));
    CHECK(client.receive().body == "/now");
  }
  CHECK(served.metrics.workers()[0].requests[0][0].get() == 6);
}

TEST_CASE("pipelined requests are answered in their order") {
  Served served;
  Client client(served.engine->port());
  client.send(ask("/1") + ask("/later/a") + ask("/2") + ask("/later/b") + ask("/3"));
  CHECK(client.receive().body == "/1");
  const auto a = served.desk.take("/later/a");
  CHECK(client.is_silent(50ms));
  a.send(response("a"), 200);
  CHECK(client.receive().body == "a");
  CHECK(client.receive().body == "/2");
  served.desk.take("/later/b").send(response("b"), 200);
  CHECK(client.receive().body == "b");
  CHECK(client.receive().body == "/3");
}

TEST_CASE("a response that is larger than the socket takes arrives whole") {
  Served served;
  Client client(served.engine->port(), {.receive_buffer = 4096});
  client.send(ask("/later") + ask("/2"));
  const std::string large(8'000'000, 'x');
  served.desk.take("/later").send(response(large), 200);
  CHECK(client.receive().body == large);
  CHECK(client.receive().body == "/2");
}

TEST_CASE("a client that leaves is not waited for, and whoever answers it is told") {
  Served served;
  auto client = std::make_unique<Client>(served.engine->port());
  client->send(ask("/later"));
  const auto reply = served.desk.take("/later");
  CHECK_FALSE(reply.is_gone());
  client->abandon();
  CHECK(comes_true([&] { return reply.is_gone(); }));
  reply.send(response("nobody"), 200);
  Client other(served.engine->port());
  other.send(ask("/now"));
  CHECK(other.receive().body == "/now");
  CHECK(served.engine->connections() == 1);
}

TEST_CASE("an answer that does not come in time is 503, and a late one is dropped") {
  EngineLimits limits;
  limits.answer = 100ms;
  Served served(limits);
  Client client(served.engine->port());
  client.send(ask("/later", "X-Request-Id: asked-for\r\n") + ask("/now"));
  const auto reply = served.desk.take("/later");
  const auto refusal = client.receive();
  CHECK(refusal.status == 503);
  CHECK(refusal.has("X-Request-Id: asked-for"));
  reply.send(response("late"), 200);
  CHECK(client.receive_all() == "");
  CHECK(client.closed_by_server());
  CHECK(served.metrics.workers()[0].limits[static_cast<std::size_t>(Limit::answer_timeout)].get() == 1);
}

TEST_CASE("a response without end arrives part by part") {
  Served served;
  Client client(served.engine->port());
  client.send(ask("/later"));
  const auto reply = served.desk.take("/later");
  reply.stream("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  for (int i = 0; i < 100; ++i) reply.stream("part " + std::to_string(i) + "\n");
  client.send("whatever a client says meanwhile");
  reply.send("end", 200);
  const auto all = client.receive_all();
  CHECK(all.find("part 0\npart 1\n") != std::string::npos);
  CHECK(all.ends_with("part 99\nend"));
  CHECK_FALSE(client.reset_by_server());
}

TEST_CASE("a stream whose reader does not read is cut when it holds too much") {
  EngineLimits limits;
  limits.buffer_bytes = 1'048'576;
  limits.send = 60s;
  Served served(limits);
  Client client(served.engine->port(), {.receive_buffer = 4096});
  client.send(ask("/later"));
  const auto reply = served.desk.take("/later");
  reply.stream("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  const std::string part(65'536, 'x');
  CHECK(comes_true([&] {
    reply.stream(part);
    return reply.is_gone();
  }));
  CHECK(served.metrics.workers()[0].limits[static_cast<std::size_t>(Limit::buffer_bytes)].get() == 1);
}

TEST_CASE("a stream whose reader leaves ends") {
  Served served;
  auto client = std::make_unique<Client>(served.engine->port());
  client->send(ask("/later"));
  const auto reply = served.desk.take("/later");
  reply.stream("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  CHECK_FALSE(reply.is_gone());
  client.reset();
  CHECK(comes_true([&] { return reply.is_gone(); }));
}

TEST_CASE("a drain waits for answers, and ends streams") {
  Served served;
  Client waiting(served.engine->port()), streaming(served.engine->port());
  waiting.send(ask("/later/answer"));
  streaming.send(ask("/later/stream"));
  const auto answer = served.desk.take("/later/answer"), stream = served.desk.take("/later/stream");
  stream.stream("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbegun");
  served.engine->drain(10s);
  CHECK(streaming.receive_all().ends_with("begun"));
  answer.send(response("in time"), 200);
  CHECK(waiting.receive().body == "in time");
  CHECK(served.finished());
}

TEST_CASE("a drain that comes together with news of many streams ends them once") {
  for (int round = 0; round < 20; ++round) {
    Served served;
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 20; ++i) {
      clients.push_back(std::make_unique<Client>(served.engine->port()));
      clients.back()->send(ask("/later/" + std::to_string(i)));
      served.desk.take("/later/" + std::to_string(i)).stream("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    }
    for (auto& client : clients) client->send("x");
    served.engine->drain(10s);
    for (auto& client : clients) client->finish();
    CHECK(served.finished());
  }
}
