// http:// and https:// URLs as a client takes them. Pure functions.
#pragma once
#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace greeter {

struct Url {
  bool tls = false;
  std::string host; // a name, or an address without brackets
  std::uint16_t port = 80;
  std::string target = "/"; // path and query, as they stand in a request line
};

// http or https, a host (IPv6 in brackets), a port and a path where they differ from the default. No user, no fragment.
Result<Url> parse_url(std::string_view text);

// "http://host:port", with the port always there.
std::string origin_of(const Url& url);

// The Host field: `host`, with the port unless it is the scheme's own.
std::string host_field(const Url& url, const std::string& host);

// Whether what is sent there stays on this machine: localhost and the names below it, 127.0.0.0/8, ::1.
bool is_loopback(std::string_view host);

} // namespace greeter
