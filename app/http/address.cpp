#include "http/address.hpp"

#include <algorithm>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace greeter {

namespace {

constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_ipv4(const Address& address) { return std::equal(mapped.begin(), mapped.end(), address.bytes.begin()); }

} // namespace

Address Address::of(const sockaddr_storage& peer) {
  Address address;
  if (peer.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
    std::copy_n(in.s6_addr, address.bytes.size(), address.bytes.begin());
  } else if (peer.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(peer).sin_addr;
    std::copy(mapped.begin(), mapped.end(), address.bytes.begin());
    std::copy_n(reinterpret_cast<const unsigned char*>(&in.s_addr), 4, address.bytes.begin() + mapped.size());
  }
  return address;
}

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_ipv4(*this)) ::inet_ntop(AF_INET, bytes.data() + mapped.size(), text.data(), text.size());
  else ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

Address Address::network() const {
  Address network = *this;
  if (!is_ipv4(*this)) std::fill(network.bytes.begin() + 8, network.bytes.end(), static_cast<unsigned char>(0));
  return network;
}

std::size_t AddressHash::operator()(const Address& address) const {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
}

} // namespace greeter
