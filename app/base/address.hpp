// Addresses of the network, and ranges of them.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sys/socket.h>

namespace greeter {

// An IPv6 address, or an IPv4 address in its IPv6 form (::ffff:192.0.2.1): both forms are one and the same.
struct Address {
  std::array<unsigned char, 16> bytes{};

  static Address of(const sockaddr_storage& peer);
  // "192.0.2.1" or "2001:db8::1": no brackets, port or zone. Nothing: it is neither.
  static std::optional<Address> parse(std::string_view text);

  // As people write it; IPv4 in dotted form, IPv6 as RFC 5952 has it.
  std::string text() const;
  // What one client may be supposed to have: an IPv4 address, or the 64-bit network of an IPv6 address.
  Address network() const;

  bool operator==(const Address&) const = default;
};

struct AddressHash {
  std::size_t operator()(const Address& address) const;
};

// The addresses of one family that begin with the same bits.
struct Network {
  Address first;
  unsigned bits; // of the 128: an IPv4 network has 96 more than people write

  // "10.42.0.0/16", "2001:db8::/32", or one address. Nothing: it is neither, or has bits behind the prefix.
  static std::optional<Network> parse(std::string_view text);

  bool contains(const Address& address) const;
};

bool contains(std::span<const Network> networks, const Address& address);

} // namespace greeter
