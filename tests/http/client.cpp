#include "http/client.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace greeter::test {

namespace {

constexpr int patience_ms = 5000;

Fd socket_for(const ClientOptions& options) {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (options.receive_buffer) // before connect: the window is offered then
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof options.receive_buffer);
  if (std::string_view(options.from).empty()) return fd;
  sockaddr_in own{};
  own.sin_family = AF_INET;
  ::inet_pton(AF_INET, options.from, &own.sin_addr);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)
    throw std::runtime_error("this machine has no such address");
  return fd;
}

} // namespace

bool Reply::has(std::string_view line) const {
  return ("\r\n" + head).find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

Client::Client(Fd socket, std::uint16_t port) : fd_(std::move(socket)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("nobody listens");
}

Client::Client(std::uint16_t port, const ClientOptions& options) : Client(socket_for(options), port) {}

void Client::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return; // the server has closed: what it said tells why
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void Client::send_by_byte(std::string_view bytes) const {
  for (const char byte : bytes) send(std::string_view(&byte, 1));
}

void Client::finish() const { ::shutdown(fd_.get(), SHUT_WR); }

void Client::abandon() {
  const linger at_once{1, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  fd_.reset();
}

bool Client::more(int wait_ms) {
  pollfd wait{fd_.get(), POLLIN, 0};
  if (closed_ || ::poll(&wait, 1, wait_ms) != 1) return false;
  std::array<char, 64 * 1024> chunk;
  const auto n = ::recv(fd_.get(), chunk.data(), chunk.size(), 0);
  closed_ = n <= 0;
  reset_ = n < 0;
  if (n > 0) buffer_.append(chunk.data(), static_cast<std::size_t>(n));
  return n > 0;
}

Reply Client::receive(bool head) {
  std::size_t head_end = 0;
  while ((head_end = buffer_.find("\r\n\r\n")) == std::string::npos)
    if (!more(patience_ms)) return {};
  Reply reply;
  reply.head = buffer_.substr(0, head_end + 2);
  reply.status = std::atoi(reply.head.c_str() + 9);
  std::size_t length = 0;
  if (const auto field = reply.head.find("\r\nContent-Length: "); field != std::string::npos && !head)
    length = std::strtoul(reply.head.c_str() + field + 18, nullptr, 10);
  while (buffer_.size() < head_end + 4 + length)
    if (!more(patience_ms)) return {};
  reply.body = buffer_.substr(head_end + 4, length);
  buffer_.erase(0, head_end + 4 + length);
  return reply;
}

std::string Client::receive_all() {
  while (more(patience_ms)) {
  }
  return std::exchange(buffer_, {});
}

void Client::take() {
  while (more(0)) {
  }
}

bool Client::is_silent(std::chrono::milliseconds time) const {
  pollfd wait{fd_.get(), POLLIN, 0};
  return buffer_.empty() && ::poll(&wait, 1, static_cast<int>(time.count())) == 0;
}

Reply get(std::uint16_t port, std::string_view path, std::string_view host) {
  Client client(port);
  client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\nConnection: close\r\n\r\n");
  return client.receive();
}

} // namespace greeter::test
