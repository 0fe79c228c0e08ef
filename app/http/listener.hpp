// Opens the sockets that clients connect to.
#pragma once
#include "base/error.hpp"
#include "base/fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace greeter {

struct Listeners {
  std::vector<Fd> sockets; // non-blocking; the kernel spreads clients evenly over them
  std::uint16_t port;
};

// `host` is an IPv4 or IPv6 address, or "*" for every address of both. Port 0 takes any free one. A port that another
// socket has is an error, even where that one would share it. `port_setting` is what the error tells people to change.
Result<Listeners> open_listeners(const std::string& host, std::uint16_t port, unsigned count,
                                 std::string_view port_setting);

} // namespace greeter
