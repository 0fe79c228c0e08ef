#include "http/listener.hpp"

#include "base/text.hpp"

#include <cerrno>
#include <cstring>
#include <optional>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace greeter {

namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Address ipv4(in_addr address, std::uint16_t port) {
  Address result;
  auto* const in = reinterpret_cast<sockaddr_in*>(&result.storage);
  in->sin_family = AF_INET;
  in->sin_addr = address;
  in->sin_port = htons(port);
  result.size = sizeof *in;
  return result;
}

Address ipv6(const in6_addr& address, std::uint16_t port) {
  Address result;
  auto* const in = reinterpret_cast<sockaddr_in6*>(&result.storage);
  in->sin6_family = AF_INET6;
  in->sin6_addr = address;
  in->sin6_port = htons(port);
  result.size = sizeof *in;
  return result;
}

std::optional<Address> parse(const std::string& host, std::uint16_t port) {
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return ipv4(v4, port);
  if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) return ipv6(v6, port);
  return {};
}

// A socket that is bound to the address, or none with errno set.
Fd bind_to(const Address& address, bool shared) {
  Fd fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fd;
  const int on = 1, off = 0;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (shared) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (address.storage.ss_family == AF_INET6) ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // accepted sockets inherit it
  const auto* const name = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::bind(fd.get(), name, address.size) == 0) return fd;
  const int error = errno;
  fd.reset();
  errno = error;
  return fd;
}

std::uint16_t port_of(const Fd& fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&bound), &size);
  return ntohs(bound.ss_family == AF_INET ? reinterpret_cast<sockaddr_in&>(bound).sin_port
                                          : reinterpret_cast<sockaddr_in6&>(bound).sin6_port);
}

Error refused(const std::string& host, std::uint16_t port, std::string_view port_setting, int error) {
  std::string advice;
  if (error == EADDRINUSE)
    advice = fmt::format("the port is in use; stop the program that has it, or choose another with {}", port_setting);
  else if (error == EACCES)
    advice = fmt::format("this user may not use so low a port; choose one from 1024 with {}", port_setting);
  else if (error == EADDRNOTAVAIL) advice = "this machine does not have that address; choose another with GREETER_HOST";
  else if (error == EAFNOSUPPORT) advice = "this machine has no IPv6; choose an IPv4 address, or *, with GREETER_HOST";
  else advice = std::strerror(error);
  return {ErrorCode::unavailable, fmt::format("can't listen on {}:{}: {}", host, port, advice)};
}

} // namespace

Result<Listeners> open_listeners(const std::string& host, std::uint16_t port, unsigned count,
                                 std::string_view port_setting) {
  const bool everywhere = host == "*";
  auto address = everywhere ? ipv6(in6addr_any, port) : parse(host, port);
  if (!address)
    return Error{ErrorCode::invalid,
                 fmt::format("GREETER_HOST={} can't be used: it is an IPv4 or IPv6 address, or * for every address",
                             in_quotes(host))};

  // First alone: with SO_REUSEPORT a second instance on the same port would silently get half of the clients. It never
  // listens, so that no client can come to a socket that is about to go.
  auto first = bind_to(*address, false);
  if (!first && everywhere && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) { // no IPv6 here
    address = ipv4({INADDR_ANY}, port);
    first = bind_to(*address, false);
  }
  if (!first) return refused(host, port, port_setting, errno);
  Listeners listeners{{}, port_of(first)};
  first.reset();
  if (address->storage.ss_family == AF_INET)
    reinterpret_cast<sockaddr_in&>(address->storage).sin_port = htons(listeners.port);
  else reinterpret_cast<sockaddr_in6&>(address->storage).sin6_port = htons(listeners.port);
  for (unsigned i = 0; i < count; ++i) {
    const auto& socket = listeners.sockets.emplace_back(bind_to(*address, count > 1));
    if (!socket || ::listen(socket.get(), SOMAXCONN) != 0) return refused(host, listeners.port, port_setting, errno);
  }
  return listeners;
}

} // namespace greeter
