// A client's address.
#pragma once
#include <array>
#include <cstddef>
#include <string>

#include <sys/socket.h>

namespace greeter {

// An IPv6 address, or an IPv4 address in its IPv6 form (::ffff:192.0.2.1).
struct Address {
  std::array<unsigned char, 16> bytes{};

  static Address of(const sockaddr_storage& peer);

  // As people write it; IPv4 in dotted form.
  std::string text() const;
  // What one client may be supposed to have: an IPv4 address, or the 64-bit network of an IPv6 address.
  Address network() const;

  bool operator==(const Address&) const = default;
};

struct AddressHash {
  std::size_t operator()(const Address& address) const;
};

} // namespace greeter
