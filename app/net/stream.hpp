// A connection by TCP, plain or with TLS, on which everything has a deadline.
#pragma once
#include "base/fd.hpp"
#include "net/tls.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct addrinfo;

namespace greeter {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

struct Endpoint {
  std::string host; // a name, or an address without brackets
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};
std::string to_string(const Endpoint& endpoint);

// Belongs to one thread at a time. After an error it is of no use any more.
class Stream {
public:
  // Tries each address that the host has. `interrupt`: when this is readable, whoever waits gives up; -1: nothing.
  // `server_name`: what its certificate has to be for; empty: the host.
  static Result<Stream> connect(const Endpoint& endpoint, const Tls* tls, int interrupt, Deadline deadline,
                                const std::string& server_name = "");

  std::optional<Error> send(std::string_view bytes, Deadline deadline);
  std::optional<Error> receive(std::string& out, Deadline deadline); // appends a byte or more

  // Nothing has come, not even the end: between two commands, anything else means that it is of no use any more.
  bool is_quiet() const;

  void interrupt_by(int fd) { interrupt_ = fd; } // from now on; as of connect()
  const Endpoint& endpoint() const { return endpoint_; }

private:
  std::optional<Error> connect_to(const addrinfo& address, Deadline deadline);
  std::optional<Error> wait(short events, Deadline deadline) const;
  std::optional<Error> send_raw(std::string_view bytes, Deadline deadline) const;
  std::optional<Error> receive_raw(std::string& out, Deadline deadline) const;
  std::optional<Error> secure(const Tls& tls, const std::string& server_name, Deadline deadline);
  Error trouble(std::string_view what) const;

  Endpoint endpoint_;
  int interrupt_ = -1;
  Fd fd_;
  std::optional<TlsSession> tls_;
};

} // namespace greeter
