#include "support/proxy.hpp"

#include <array>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace greeter::test {

namespace {

constexpr int turn = 20; // milliseconds

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

Fd tcp_socket() { return Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

// False: one of the two is gone.
bool pass(int from, int to, bool swallow) {
  std::array<char, 16'384> bytes{};
  const auto size = ::recv(from, bytes.data(), bytes.size(), 0);
  if (size <= 0) return false;
  if (swallow) return true;
  for (ssize_t sent = 0; sent < size;) {
    const auto more = ::send(to, bytes.data() + sent, static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
    if (more <= 0) return false;
    sent += more;
  }
  return true;
}

} // namespace

Proxy::Proxy(std::uint16_t server) : server_(server), listener_(tcp_socket()) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_.get(), 64) != 0 ||
      ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("there is no free port");
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](const std::stop_token& stop) { accept(stop); });
}

Proxy::~Proxy() {
  thread_.request_stop();
  thread_.join();
  cut();
}

void Proxy::accept(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd waiting{listener_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, turn) <= 0) continue;
    Fd client(::accept(listener_.get(), nullptr, nullptr));
    if (!client || refuses_) continue;
    auto server = tcp_socket();
    const auto address = loopback(server_);
    if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) continue;
    for (const int fd : {client.get(), server.get()}) {
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    ++connections_;
    const std::lock_guard lock(mutex_);
    pairs_.remove_if([](const Pair& pair) { return pair.over.load(); });
    auto& pair = pairs_.emplace_back();
    pair.client = std::move(client);
    pair.server = std::move(server);
    pair.thread = std::jthread([this, &pair] { forward(pair); });
  }
}

void Proxy::forward(Pair& pair) {
  for (;;) {
    std::array<pollfd, 2> ends{pollfd{pair.client.get(), POLLIN, 0}, pollfd{pair.server.get(), POLLIN, 0}};
    if (::poll(ends.data(), ends.size(), -1) < 0) break;
    if (ends[0].revents && !pass(pair.client.get(), pair.server.get(), false)) break;
    if (ends[1].revents && !pass(pair.server.get(), pair.client.get(), holds_)) break;
  }
  ::shutdown(pair.client.get(), SHUT_RDWR);
  ::shutdown(pair.server.get(), SHUT_RDWR);
  pair.over = true;
}

void Proxy::cut() {
  const std::lock_guard lock(mutex_);
  for (auto& pair : pairs_) {
    ::shutdown(pair.client.get(), SHUT_RDWR);
    ::shutdown(pair.server.get(), SHUT_RDWR);
  }
  pairs_.clear(); // joins
}

} // namespace greeter::test
