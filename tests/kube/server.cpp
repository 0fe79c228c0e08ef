#include "kube/server.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

namespace greeter::test {

bool Asked::has(std::string_view line) const { return head.find(fmt::format("\r\n{}\r\n", line)) != std::string::npos; }

Wire::Wire(Fd socket, ssl_ctx_st* tls, const Interrupt& end) : fd_(std::move(socket)), end_(end) {
  if (!tls) return;
  tls_ = SSL_new(tls);
  SSL_set_fd(tls_, fd_.get());
}

Wire::~Wire() { SSL_free(tls_); }

bool Wire::shake_hands() { return !tls_ || SSL_accept(tls_) == 1; }

bool Wire::more() {
  std::array<char, 16'384> buffer;
  const auto got = tls_ ? SSL_read(tls_, buffer.data(), static_cast<int>(buffer.size()))
                        : static_cast<int>(::recv(fd_.get(), buffer.data(), buffer.size(), 0));
  if (got > 0) in_.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

bool Wire::receive(Asked& asked) {
  std::size_t end = 0;
  while ((end = in_.find("\r\n\r\n")) == std::string::npos)
    if (!more()) return false;
  asked.head = in_.substr(0, end + 2);
  in_.erase(0, end + 4);
  asked.method = asked.head.substr(0, asked.head.find(' '));
  asked.target = asked.head.substr(asked.method.size() + 1);
  asked.target.resize(asked.target.find(' '));
  std::size_t length = 0;
  if (const auto field = asked.head.find("Content-Length: "); field != std::string::npos)
    length = std::stoul(asked.head.substr(field + 16));
  while (in_.size() < length)
    if (!more()) return false;
  asked.body = in_.substr(0, length);
  in_.erase(0, length);
  return true;
}

bool Wire::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto most = std::min<std::size_t>(bytes.size(), 1U << 20U);
    const auto sent = tls_ ? SSL_write(tls_, bytes.data(), static_cast<int>(most))
                           : static_cast<int>(::send(fd_.get(), bytes.data(), most, MSG_NOSIGNAL));
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Wire::end() const { ::shutdown(fd_.get(), SHUT_RDWR); }
void Wire::close() { end(); }

void Wire::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  const Fd other(::open("/dev/null", O_RDWR | O_CLOEXEC)); // the descriptor stays ours until the object has gone
  ::dup2(other.get(), fd_.get());
}

void Wire::hold() {
  std::array<pollfd, 2> waits{{{fd_.get(), POLLRDHUP, 0}, {end_.fd(), POLLIN, 0}}};
  ::poll(waits.data(), waits.size(), 60'000);
}

Server::Server(Handler handler, ssl_ctx_st* tls)
    : handler_(std::move(handler)), tls_(tls), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), any, size) != 0 || ::listen(listener_.get(), 64) != 0 ||
      ::getsockname(listener_.get(), any, &size) != 0)
    throw std::runtime_error("no port to listen on");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { listen(); });
}

Server::~Server() {
  end_.raise();
  acceptor_.join();
  for (const auto& wire : wires_) wire.end();
}

void Server::listen() {
  sigset_t pipe{}; // OpenSSL writes without asking for silence
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  for (;;) {
    std::array<pollfd, 2> waits{{{listener_.get(), POLLIN, 0}, {end_.fd(), POLLIN, 0}}};
    ::poll(waits.data(), waits.size(), -1);
    if (waits[1].revents) return;
    auto& wire = wires_.emplace_back(Fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)), tls_, end_);
    {
      const std::lock_guard lock(mutex_);
      ++connections_;
      happened_.notify_all();
    }
    threads_.emplace_back([this, &wire] { serve(wire); });
  }
}

void Server::serve(Wire& wire) {
  if (!wire.shake_hands()) return wire.close();
  for (Asked asked; wire.receive(asked);) {
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(asked);
      happened_.notify_all();
    }
    handler_(asked, wire);
  }
  wire.end();
}

std::vector<Asked> Server::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

bool Server::wait_until_asked(std::size_t times) const {
  std::unique_lock lock(mutex_);
  return happened_.wait_for(lock, std::chrono::seconds(10), [&] { return asked_.size() >= times; });
}

bool Server::wait_until_connected() const {
  std::unique_lock lock(mutex_);
  return happened_.wait_for(lock, std::chrono::seconds(10), [&] { return connections_ > 0; });
}

kube::Access Server::access() const {
  kube::Access access;
  access.server = fmt::format("{}://127.0.0.1:{}", tls_ ? "https" : "http", port_);
  access.space = "default";
  access.timeout = access.connect_timeout = access.silence = std::chrono::seconds(20);
  return access;
}

Server::Handler in_turn(std::vector<Reaction> reactions) {
  return [reactions = std::move(reactions), next = std::make_shared<std::atomic<std::size_t>>(0)](
             const Asked&, Wire& w) { reactions[std::min(next->fetch_add(1), reactions.size() - 1)](w); };
}

Reaction says(std::string bytes) {
  return [bytes = std::move(bytes)](Wire& wire) { wire.send(bytes); };
}
Reaction says_and_closes(std::string bytes) {
  return [bytes = std::move(bytes)](Wire& wire) {
    wire.send(bytes);
    wire.close();
  };
}
Reaction says_and_resets(std::string bytes) {
  return [bytes = std::move(bytes)](Wire& wire) {
    wire.send(bytes);
    wire.reset();
  };
}
Reaction says_and_holds(std::string bytes) {
  return [bytes = std::move(bytes)](Wire& wire) {
    wire.send(bytes);
    wire.hold();
  };
}

std::string answer_text(int status, std::string_view body, std::string_view fields) {
  return fmt::format("HTTP/1.1 {} Word\r\n{}Content-Length: {}\r\n\r\n{}", status, fields, body.size(), body);
}

std::string answer(int status, const Json& body, std::string_view fields) {
  return answer_text(status, body.dump(), fields);
}

Json status_object(int code, const std::string& message) {
  return {{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Failure"}, {"code", code}, {"message", message}};
}

const std::string watch_head =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(std::string_view text) { return fmt::format("{:x}\r\n{}\r\n", text.size(), text); }

Json object(const std::string& name, const std::string& version) {
  return {{"kind", "Greeting"}, {"metadata", {{"name", name}, {"resourceVersion", version}}}};
}

std::string event(const std::string& type, const Json& object) {
  return Json{{"type", type}, {"object", object}}.dump() + "\n";
}

std::string event(const std::string& type, const std::string& name, const std::string& version) {
  return event(type, object(name, version));
}

void Journal::add(std::string line) {
  const std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
  added_.notify_all();
}

std::vector<std::string> Journal::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

bool Journal::wait_for(const std::function<bool(const std::vector<std::string>&)>& condition) const {
  std::unique_lock lock(mutex_);
  return added_.wait_for(lock, std::chrono::seconds(10), [&] { return condition(lines_); });
}

bool Journal::wait_for(const std::string& line) const {
  return wait_for([&](const auto& lines) { return std::find(lines.begin(), lines.end(), line) != lines.end(); });
}

} // namespace greeter::test
