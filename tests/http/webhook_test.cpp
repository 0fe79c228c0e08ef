// The webhook's port: TLS in front of the engine, and what it answers.
#include "http/client.hpp"
#include "http/engine.hpp"
#include "http/tls.hpp"
#include "http/tls_client.hpp"
#include "operator/certificates.hpp"
#include "operator/review_handler.hpp"
#include "support/classes.hpp"
#include "support/comes_true.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/ssl.h>

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

using namespace greeter;
using namespace greeter::test;
using namespace greeter::webhook;
using namespace std::literals;

namespace {

constexpr std::size_t most_body = 300'000;

Credentials certificates(const Credentials& there = {}) {
  const std::vector<std::string> names{"127.0.0.1"};
  auto made = renewed(there, names, now());
  REQUIRE(made);
  return made.value().value_or(there);
}

// A certificate of another name's, by the same authority.
Credentials next(Credentials there) {
  there.key.clear();
  return certificates(there);
}

class Port {
public:
  explicit Port(EngineLimits limits = {}) {
    std::signal(SIGPIPE, SIG_IGN);
    limits.frame.body = most_body;
    show(credentials_ = certificates());
    auto started = Engine::start(
        {"127.0.0.1", 0, "-", limits, [this](int socket) { return tls.channel(socket); }}, workers_.workers(),
        [this](unsigned) { return std::make_unique<ReviewHandler>(customers_, reviews, log_); });
    REQUIRE(started);
    engine_ = std::move(started.value());
  }

  void show(const Credentials& credentials) { REQUIRE_FALSE(tls.use(credentials.certificate, credentials.key)); }
  const Credentials& credentials() const { return credentials_; }
  const std::string& authorities() const { return credentials_.authorities; }
  std::uint16_t port() const { return engine_->port(); }
  Engine& engine() { return *engine_; }
  TlsClient client() const { return {port(), authorities()}; }
  std::string metrics() const {
    MetricsWriter writer;
    reviews.write(writer);
    return writer.take();
  }

  TlsServer tls;
  ReviewMetrics reviews;

private:
  Credentials credentials_;
  control::Customers customers_{template_of({{"standard", "parcellab.com"}})};
  Log log_{LogLevel::error, LogFormat::json, false};
  Metrics workers_{2};
  std::unique_ptr<Engine> engine_;
};

std::string review_of(const std::string& text) {
  return nlohmann::json{{"apiVersion", "admission.k8s.io/v1"},
                        {"kind", "AdmissionReview"},
                        {"request",
                         {{"uid", "1"},
                          {"operation", "CREATE"},
                          {"resource", {{"group", "greeter.parcellab.com"}, {"resource", "greetings"}}},
                          {"object", {{"metadata", {{"name", "sale"}}}, {"spec", {{"text", text}}}}}}}}
      .dump();
}

std::string post(const std::string& body, std::string_view path = "/validate?timeout=5s") {
  return fmt::format("POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                     path, body.size(), body);
}

bool is_allowed(const Reply& reply) {
  const auto body = nlohmann::json::parse(reply.body, nullptr, false);
  return reply.status == 200 && body.is_object() && body["response"]["allowed"] == true;
}

} // namespace

TEST_CASE("webhook: reviews are answered over TLS, many on a connection") {
  const Port port;
  auto client = port.client();
  REQUIRE(client.is_open());
  for (int i = 0; i < 3; ++i) {
    client.send(post(review_of("Half price")));
    CHECK(is_allowed(client.receive()));
    client.send(post(review_of("")));
    const auto reply = client.receive();
    CHECK(reply.status == 200);
    CHECK_FALSE(is_allowed(reply));
    CHECK(reply.body.find("use 1 to 1000 characters") != std::string::npos);
  }
  const auto metrics = port.metrics();
  CAPTURE(metrics);
  CHECK(metrics.find(R"(reviews_total{resource="greetings",operation="CREATE",allowed="true"} 3)") !=
        std::string::npos);
  CHECK(metrics.find(R"(reviews_total{resource="greetings",operation="CREATE",allowed="false"} 3)") !=
        std::string::npos);
  CHECK(metrics.find("review_duration_seconds_count 6") != std::string::npos);
}

TEST_CASE("webhook: a review may come byte by byte, in chunks, or large") {
  const Port port;
  auto client = port.client();
  for (const char c : post(review_of("Hi"))) REQUIRE(client.send(std::string_view(&c, 1)));
  CHECK(is_allowed(client.receive()));
  const auto body = review_of("Hi");
  client.send(
      fmt::format("POST /validate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n{:x}\r\n"
                  "{}\r\n0\r\n\r\n",
                  10, body.substr(0, 10), body.size() - 10, body.substr(10)));
  CHECK(is_allowed(client.receive()));
  client.send(post(review_of("Hi") + std::string(most_body - body.size(), ' ')));
  CHECK(is_allowed(client.receive()));
}

TEST_CASE("webhook: what is no review gets an answer that says so") {
  const Port port;
  const std::pair<std::string, int> cases[] = {
      {post("{}"), 400},
      {post("", "/validate"), 400},
      {post(review_of("Hi"), "/"), 404},
      {post(review_of("Hi"), "/validate/"), 404},
      {"GET /validate HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"PUT /validate HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405},
      {"nonsense\r\n\r\n", 400},
      {fmt::format("POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", most_body + 1), 413},
      {"POST /validate HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", 431},
  };
  for (const auto& [request, status] : cases) {
    CAPTURE(request.substr(0, 60));
    auto client = port.client();
    client.send(request);
    const auto reply = client.receive();
    CHECK(reply.status == status);
    if (status == 405) CHECK(reply.has("Allow: POST"));
  }
  CHECK(port.metrics().find(R"(review_failures_total{reason="unreadable"} 2)") != std::string::npos);
}

TEST_CASE("webhook: only TLS from 1.2 on, and only for those who believe it") {
  const Port port;
  CHECK(TlsClient(port.port(), port.authorities(), TLS1_2_VERSION).is_open());
  CHECK_FALSE(TlsClient(port.port(), port.authorities(), TLS1_1_VERSION).is_open());
  CHECK_FALSE(TlsClient(port.port(), certificates().authorities).is_open());
  Client plain(port.port());
  plain.send("POST /validate HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(plain.receive_all().find("HTTP/") == std::string::npos);
  CHECK(plain.closed_by_server());
  CHECK(comes_true([&] { return port.tls.failures() == 3; }));
  auto client = port.client();
  client.send(post(review_of("Hi")));
  CHECK(is_allowed(client.receive()));
}

TEST_CASE("webhook: clients that are slow are ended, and hold up nobody") {
  EngineLimits limits;
  limits.head = 4s; // more than the handshakes of all take on a busy machine
  limits.body = 4s;
  limits.idle = 4s;
  const Port port(limits);
  Client silent(port.port()), stopped(port.port()), trickling(port.port());
  stopped.send("\x16\x03\x01\x02");
  auto half_head = port.client(), half_body = port.client(), idle = port.client();
  half_head.send("POST /validate HTTP/1.1\r\nHos");
  half_body.send("POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
  trickling.send("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"sv);
  std::thread feeder([&] { // bytes that trickle in do not extend the time
    while (trickling.is_silent(20ms)) trickling.send("x");
  });
  auto client = port.client();
  client.send(post(review_of("Hi")));
  CHECK(is_allowed(client.receive()));
  CHECK(half_head.receive().status == 408);
  CHECK(half_body.receive().status == 408);
  CHECK(idle.receive().status == 0);
  silent.receive_all();
  stopped.receive_all();
  feeder.join();
  trickling.receive_all();
  CHECK(silent.closed_by_server());
  CHECK(stopped.closed_by_server());
  CHECK(trickling.closed_by_server());
  CHECK(comes_true([&] { return const_cast<Port&>(port).engine().connections() <= 1; }));
}

TEST_CASE("webhook: nobody is served before there is a certificate, and a bad one changes nothing") {
  TlsServer tls;
  CHECK(tls.channel(0) == nullptr);
  const auto one = certificates(), other = certificates();
  CHECK(tls.use("text", one.key)->code == ErrorCode::invalid);
  CHECK(tls.use(one.certificate, "")->code == ErrorCode::invalid);
  CHECK(tls.use(one.certificate, other.key)->code == ErrorCode::invalid);
  CHECK(tls.channel(0) == nullptr);
  Port port;
  CHECK(port.tls.use(one.certificate, other.key));
  CHECK(port.client().is_open());
}

TEST_CASE("webhook: certificates are changed under load without a failed request") {
  Port port;
  std::atomic<bool> done = false;
  std::atomic<int> answered = 0, failed = 0, handshakes = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i)
    clients.emplace_back([&, keeps = i % 2 == 0] {
      while (!done) {
        auto client = port.client();
        ++handshakes;
        for (int n = 0; n < (keeps ? 20 : 1) && !done; ++n) {
          const bool good = client.send(post(review_of("Hi"))) && is_allowed(client.receive());
          ++(good ? answered : failed);
          if (!good) return;
        }
      }
    });
  auto credentials = port.credentials();
  std::string shown;
  for (int change = 0; change < 40; ++change) {
    credentials = next(credentials);
    port.show(credentials);
    const int before = answered;
    if (!comes_true([&] { return answered >= before + 10 || failed; })) break;
    shown = port.client().certificate();
    CHECK(shown == credentials.certificate);
  }
  done = true;
  for (auto& client : clients) client.join();
  CHECK(failed == 0);
  CHECK(answered >= 400);
  CHECK(handshakes > 40);
}

TEST_CASE("webhook: who is being answered when it ends gets the answer") {
  Port port;
  auto client = port.client();
  const auto request = post(review_of("Hi"));
  client.send(request.substr(0, 40));
  CHECK(comes_true([&] { return port.engine().connections() == 1; }));
  port.engine().drain(5s);
  client.send(request.substr(40));
  const auto reply = client.receive();
  CHECK(is_allowed(reply));
  CHECK(reply.has("Connection: close"));
}
