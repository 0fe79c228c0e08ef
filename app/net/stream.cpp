#include "net/stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace greeter {

namespace {

int milliseconds_until(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left, 0, 3'600'000));
}

} // namespace

std::string to_string(const Endpoint& endpoint) {
  if (endpoint.host.find(':') == std::string::npos) return fmt::format("{}:{}", endpoint.host, endpoint.port);
  return fmt::format("[{}]:{}", endpoint.host, endpoint.port);
}

Error Stream::trouble(std::string_view what) const {
  return {ErrorCode::unavailable, fmt::format("{} {}", to_string(endpoint_), what)};
}

Result<Stream> Stream::connect(const Endpoint& endpoint, const Tls* tls, int interrupt, Deadline deadline,
                               const std::string& server_name) {
  Stream stream;
  stream.endpoint_ = endpoint;
  stream.interrupt_ = interrupt;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = ::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found))
    return stream.trouble(fmt::format("has no address: {}", ::gai_strerror(failed)));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  std::optional<Error> error;
  for (const auto* address = found; address; address = address->ai_next) {
    std::ptrdiff_t left = 0; // those that say nothing leave time for the others
    for (const auto* other = address; other; other = other->ai_next) ++left;
    error = stream.connect_to(*address, Clock::now() + (deadline - Clock::now()) / left);
    if (!error) break;
  }
  if (!error && tls) error = stream.secure(*tls, server_name.empty() ? endpoint.host : server_name, deadline);
  if (error) return *error;
  return stream;
}

std::optional<Error> Stream::connect_to(const addrinfo& address, Deadline deadline) {
  fd_ = Fd(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd_) return trouble(fmt::format("can't be connected to: {}", std::generic_category().message(errno)));
  const int yes = 1;
  ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(fd_.get(), address.ai_addr, address.ai_addrlen) == 0) return {};
  int failed = errno;
  if (failed == EINPROGRESS) {
    if (auto error = wait(POLLOUT, deadline)) return error;
    socklen_t size = sizeof failed;
    ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &failed, &size);
  }
  if (failed == 0) return {};
  return trouble(fmt::format("can't be connected to: {}", std::generic_category().message(failed)));
}

std::optional<Error> Stream::wait(short events, Deadline deadline) const {
  for (;;) {
    std::array<pollfd, 2> waits{{{fd_.get(), events, 0}, {interrupt_, POLLIN, 0}}};
    const int ready = ::poll(waits.data(), waits.size(), milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (waits[1].revents) return trouble("is waited for no longer");
    if (waits[0].revents) return {};
    if (Clock::now() >= deadline) return trouble("does not answer in time");
  }
}

bool Stream::is_quiet() const {
  pollfd wait{fd_.get(), POLLIN, 0};
  return ::poll(&wait, 1, 0) == 0;
}

std::optional<Error> Stream::send_raw(std::string_view bytes, Deadline deadline) const {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return trouble(fmt::format("has gone: {}", std::generic_category().message(errno)));
    if (auto error = wait(POLLOUT, deadline)) return error;
  }
  return {};
}

std::optional<Error> Stream::receive_raw(std::string& out, Deadline deadline) const {
  constexpr std::size_t most = 65'536;
  const auto before = out.size();
  for (;;) {
    out.resize(before + most);
    const auto got = ::recv(fd_.get(), out.data() + before, most, 0);
    out.resize(before + static_cast<std::size_t>(std::max(got, ssize_t{0})));
    if (got > 0) return {};
    if (got == 0) return trouble("has closed the connection");
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return trouble(fmt::format("has gone: {}", std::generic_category().message(errno)));
    if (auto error = wait(POLLIN, deadline)) return error;
  }
}

std::optional<Error> Stream::secure(const Tls& tls, const std::string& server_name, Deadline deadline) {
  auto session = TlsSession::begin(tls, server_name);
  if (!session) return session.error();
  tls_ = std::move(session.value());
  for (;;) {
    const auto step = tls_->shake_hands();
    if (auto error = send_raw(tls_->take(), deadline)) return error; // of a failure, too: the other side learns why
    if (step == TlsSession::Step::done) return {};
    if (step == TlsSession::Step::failed) return tls_->error();
    std::string received;
    if (auto error = receive_raw(received, deadline)) return error;
    tls_->feed(received);
  }
}

std::optional<Error> Stream::send(std::string_view bytes, Deadline deadline) {
  if (!tls_) return send_raw(bytes, deadline);
  if (!bytes.empty() && tls_->write(bytes) != TlsSession::Step::done) return tls_->error();
  return send_raw(tls_->take(), deadline);
}

std::optional<Error> Stream::receive(std::string& out, Deadline deadline) {
  if (!tls_) return receive_raw(out, deadline);
  for (;;) {
    const auto step = tls_->read(out);
    if (step == TlsSession::Step::done) return {};
    if (step == TlsSession::Step::failed) return tls_->error();
    if (auto error = send_raw(tls_->take(), deadline)) return error; // what TLS itself has to say
    std::string received;
    if (auto error = receive_raw(received, deadline)) return error;
    tls_->feed(received);
  }
}

} // namespace greeter
