// A TCP port of 127.0.0.1 for a server of a test.
#pragma once
#include "base/fd.hpp"

#include <cstdint>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace greeter::test {

// For the life of the object the kernel gives this port to nobody who asks for any free one. A server that is told its
// number and sets SO_REUSEADDR can listen on it, also again and again; until then connections are refused.
class Port {
public:
  Port() {
    const int yes = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("there is no free port");
    number_ = ntohs(address.sin_port);
  }

  std::uint16_t number() const { return number_; }

private:
  Fd socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t number_ = 0;
};

} // namespace greeter::test
