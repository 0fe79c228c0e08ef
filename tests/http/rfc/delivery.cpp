#include "http/rfc/delivery.hpp"

#include "http/rfc/transcript.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>
#include <sstream>
#include <thread>

#include <fmt/format.h>

namespace greeter::test::rfc {

namespace {

using namespace std::literals;

constexpr std::size_t long_case = 2000;      // bytes
constexpr std::size_t edge = 64;             // bytes at either end of a long case
constexpr std::size_t most_cuts = 300;       // of a long case
constexpr std::size_t batch = 256;           // connections at a time,
constexpr std::size_t batch_bytes = 4 << 20; // and what they send: much less than all clients may have on the way

constexpr auto follow_up = "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"sv;

// A case on its way over one connection.
struct Try {
  const Case* of;
  std::shared_ptr<const std::string> bytes;
  std::vector<std::size_t> ends; // of the pieces; the last is the size
  Client client;
};

// Places near what framing looks at.
std::vector<std::size_t> places_that_matter(std::string_view bytes) {
  std::set<std::size_t> near;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if ("\r\n: "sv.find(bytes[i]) != std::string_view::npos)
      for (std::size_t at = i > 16 ? i - 16 : 1; at <= i + 16 && at < bytes.size(); ++at) near.insert(at);
  return {near.begin(), near.end()};
}

std::vector<std::size_t> cuts(std::string_view bytes) {
  std::vector<std::size_t> all(bytes.size() - 1);
  std::iota(all.begin(), all.end(), 1);
  if (bytes.size() <= long_case) return all;
  std::set<std::size_t> some(all.begin(), all.begin() + edge);
  some.insert(all.end() - edge, all.end());
  const auto near = places_that_matter(bytes);
  for (std::size_t i = 0; i < near.size(); i += near.size() / most_cuts + 1) some.insert(near[i]);
  return {some.begin(), some.end()};
}

// Ends of pieces of one byte; of a long case's middle, of more.
std::vector<std::size_t> bytewise(std::size_t size) {
  std::vector<std::size_t> ends;
  for (std::size_t at = 1; at <= size; at += size > long_case && at >= edge && at + 2 * edge < size ? edge : 1)
    ends.push_back(at);
  return ends;
}

std::vector<Answer> due(const Try& a_try) {
  std::vector<Answer> answers;
  for (const auto& answer : a_try.of->outcome.answers) {
    if (answer.asks_at && std::find(a_try.ends.begin(), a_try.ends.end(), answer.asks_at) != a_try.ends.end())
      answers.push_back({.status = 100});
    if (answer.status) answers.push_back(answer);
  }
  if (a_try.of->outcome.then == Then::usable) answers.push_back(health());
  return answers;
}

std::size_t responses_counted(const Running& running) {
  std::istringstream lines(running.metrics());
  std::size_t total = 0;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("greeter_http_requests_total{")) total += std::stoul(line.substr(line.rfind(' ')));
  return total;
}

// Answers tell the end by themselves, or by the follow-up; so nobody waits for more that may never come.
std::string conclude(Try& a_try) {
  const auto said = a_try.client.receive_all();
  const auto answers = due(a_try);
  auto found = difference(said, answers, a_try.of->outcome.then != Then::waiting);
  if (found.empty() && !a_try.client.closed_by_server()) found = "the connection stays open";
  if (found.empty() && a_try.client.reset_by_server()) found = "the connection is reset";
  if (found.empty()) return {};
  const auto where = a_try.ends.size() == 1   ? "whole"s
                     : a_try.ends.size() == 2 ? fmt::format("cut at {}", a_try.ends.front())
                                              : "byte by byte"s;
  return fmt::format("{}: {} ({}): {}; sent was {}", a_try.of->section, a_try.of->what, where, found,
                     shown(*a_try.bytes));
}

class Deliverer {
public:
  explicit Deliverer(Running& running) : running_(running), pulse_(running.port()) {
    pulse_.beat();
    const auto head = test::get(running.port(), "/").head;
    if (const auto at = head.find("ETag: \""); at != std::string::npos) etag_ = head.substr(at + 7, 16);
    counted_before_ = responses_counted(running) - pulse_.beats();
    await_connections(1);
  }

  void add(const Case& of, Delivery delivery) {
    auto bytes = of.bytes;
    for (auto at = bytes.find("$E"); at != std::string::npos; at = bytes.find("$E", at)) bytes.replace(at, 2, etag_);
    const auto all = std::make_shared<const std::string>(std::move(bytes));
    if (delivery == Delivery::whole) add(of, all, {all->size()});
    else if (delivery == Delivery::byte_by_byte) add(of, all, bytewise(all->size()));
    else
      for (const auto cut : cuts(*all)) add(of, all, {cut, all->size()});
  }

  std::vector<std::string> finish() {
    flush();
    if (failures_.empty())
      if (const auto counted = responses_counted(running_) - counted_before_ - pulse_.beats(); counted != due_)
        failures_.push_back(fmt::format("{} responses were counted, {} were due", counted, due_));
    return std::move(failures_);
  }

private:
  void add(const Case& of, const std::shared_ptr<const std::string>& bytes, std::vector<std::size_t> ends) {
    tries_.push_back({&of, bytes, std::move(ends), Client(running_.port())});
    bytes_ += bytes->size();
    if (tries_.size() == batch || bytes_ > batch_bytes) flush();
  }

  // Puts all pieces of all tries on their way, in rounds: no piece before the one in front of it was read.
  void send_all() {
    std::size_t rounds = 0;
    for (const auto& a_try : tries_) rounds = std::max(rounds, a_try.ends.size());
    for (std::size_t round = 0; round < rounds; ++round) {
      for (auto& [of, bytes, ends, client] : tries_) {
        client.take();
        if (round >= ends.size() || client.closed_by_server()) continue;
        const auto start = round == 0 ? 0 : ends[round - 1];
        client.send(std::string_view(*bytes).substr(start, ends[round] - start));
      }
      pulse_.settle();
    }
  }

  void flush() {
    await_connections(tries_.size() + 1);
    send_all();
    for (const auto& a_try : tries_) {
      if (a_try.of->outcome.then == Then::usable) a_try.client.send(follow_up);
      if (a_try.of->outcome.then == Then::waiting) a_try.client.finish();
    }
    for (auto& a_try : tries_) {
      for (const auto& answer : due(a_try)) due_ += answer.status > 100;
      if (!failed_.contains(a_try.of)) // one sentence for each is enough
        if (auto failure = conclude(a_try); !failure.empty()) {
          failed_.insert(a_try.of);
          failures_.push_back(std::move(failure));
        }
      a_try.client.abandon(); // leaves no connection behind in TIME-WAIT
    }
    tries_.clear();
    bytes_ = 0;
    await_connections(1);
  }

  // Until the server has just these, and knows of them.
  void await_connections(std::size_t wanted) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (running_.server().connections() != wanted && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    if (running_.server().connections() != wanted)
      failures_.push_back(
          fmt::format("the server has {} connections, not {}", running_.server().connections(), wanted));
  }

  Running& running_;
  Pulse pulse_;
  std::string etag_;
  std::vector<Try> tries_;
  std::size_t bytes_ = 0; // of the tries
  std::vector<std::string> failures_;
  std::set<const Case*> failed_;
  std::size_t counted_before_ = 0;
  std::size_t due_ = 0; // responses
};

} // namespace

void Pulse::beat() {
  client_.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(client_.receive().status == 200);
  ++beats_;
}

std::vector<std::string> deliver(Running& running, const std::vector<Case>& cases, Delivery delivery) {
  Deliverer deliverer(running);
  for (const auto& of : cases) deliverer.add(of, delivery);
  return deliverer.finish();
}

} // namespace greeter::test::rfc
