#include "base/address.hpp"

#include "base/text.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace greeter {

namespace {

constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned mapped_bits = 8 * mapped.size();

bool is_ipv4(const Address& address) { return std::equal(mapped.begin(), mapped.end(), address.bytes.begin()); }

Address in_ipv6(const in_addr& ipv4) {
  Address address;
  std::copy(mapped.begin(), mapped.end(), address.bytes.begin());
  std::copy_n(reinterpret_cast<const unsigned char*>(&ipv4.s_addr), 4, address.bytes.begin() + mapped.size());
  return address;
}

// With zeros behind the first `bits`.
Address beginning_of(Address address, unsigned bits) {
  for (unsigned i = 0; i < address.bytes.size(); ++i) {
    const unsigned kept = std::clamp(bits, 8 * i, 8 * i + 8) - 8 * i;
    address.bytes[i] &= static_cast<unsigned char>(0xff00U >> kept);
  }
  return address;
}

} // namespace

Address Address::of(const sockaddr_storage& peer) {
  Address address;
  if (peer.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
    std::copy_n(in.s6_addr, address.bytes.size(), address.bytes.begin());
  } else if (peer.ss_family == AF_INET) {
    address = in_ipv6(reinterpret_cast<const sockaddr_in&>(peer).sin_addr);
  }
  return address;
}

std::optional<Address> Address::parse(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return {};
  std::array<char, INET6_ADDRSTRLEN> ended{};
  text.copy(ended.data(), text.size());
  in_addr ipv4{};
  if (::inet_pton(AF_INET, ended.data(), &ipv4) == 1) return in_ipv6(ipv4);
  Address address;
  if (::inet_pton(AF_INET6, ended.data(), address.bytes.data()) == 1) return address;
  return {};
}

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_ipv4(*this)) ::inet_ntop(AF_INET, bytes.data() + mapped.size(), text.data(), text.size());
  else ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

Address Address::network() const { return is_ipv4(*this) ? *this : beginning_of(*this, 64); }

std::size_t AddressHash::operator()(const Address& address) const {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
}

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto first = Address::parse(text.substr(0, slash));
  if (!first) return {};
  if (slash == text.size()) return Network{*first, 128};
  const unsigned before = text.find(':') == std::string_view::npos ? mapped_bits : 0;
  const auto bits = parse_number(text.substr(slash + 1));
  if (!bits || *bits > 128 - before) return {};
  const Network network{*first, before + static_cast<unsigned>(*bits)};
  if (beginning_of(*first, network.bits) != *first) return {};
  return network;
}

bool Network::contains(const Address& address) const {
  return beginning_of(address, bits) == first && (bits >= mapped_bits || !is_ipv4(address));
}

bool contains(std::span<const Network> networks, const Address& address) {
  return std::any_of(networks.begin(), networks.end(), [&](const Network& n) { return n.contains(address); });
}

} // namespace greeter
