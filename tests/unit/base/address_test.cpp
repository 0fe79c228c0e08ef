#include "base/address.hpp"

#include <doctest/doctest.h>

#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>

using namespace greeter;
using namespace std::literals;

namespace {

Address address(std::string_view text) { return Address::parse(text).value(); }

} // namespace

TEST_CASE("an address is written as people write it") {
  for (const auto* text : {"127.0.0.1", "255.255.255.255", "::1", "2001:db8::1"}) CHECK(address(text).text() == text);
  CHECK(address("2001:DB8:0:0:0:0:0:1").text() == "2001:db8::1");
  CHECK(address("::ffff:192.0.2.1").text() == "192.0.2.1");
  CHECK(address("::ffff:192.0.2.1") == address("192.0.2.1"));
}

TEST_CASE("what is no address is none") {
  for (const auto text :
       {""sv, "localhost"sv, "1.2.3"sv, "1.2.3.4.5"sv, "1.2.3.256"sv, "01.2.3.4"sv, " 1.2.3.4"sv, "1.2.3.4 "sv,
        "1.2.3.4:80"sv, "1.2.3.4\0"sv, "1.2.3.4/8"sv, "[::1]"sv, "::1%lo"sv, ":::"sv, "1::2::3"sv, "::g"sv,
        "0000:0000:0000:0000:0000:ffff:0192.0168.0001.0001:0000:0000:0000:0000"sv}) {
    CAPTURE(text);
    CHECK_FALSE(Address::parse(text));
  }
}

TEST_CASE("a peer has the same address by a socket for IPv4 and by one for both families") {
  sockaddr_storage by_ipv4{}, by_both{};
  by_ipv4.ss_family = AF_INET;
  ::inet_pton(AF_INET, "192.0.2.1", &reinterpret_cast<sockaddr_in&>(by_ipv4).sin_addr);
  by_both.ss_family = AF_INET6;
  ::inet_pton(AF_INET6, "::ffff:192.0.2.1", &reinterpret_cast<sockaddr_in6&>(by_both).sin6_addr);
  CHECK(Address::of(by_ipv4) == address("192.0.2.1"));
  CHECK(Address::of(by_both) == address("192.0.2.1"));
}

TEST_CASE("a client may have all of an IPv6 network of 64 bits, but one IPv4 address") {
  CHECK(address("2001:db8::1").network() == address("2001:db8::ffff:1").network());
  CHECK(address("2001:db8::1").network() != address("2001:db8:0:1::1").network());
  CHECK(address("192.0.2.1").network() != address("192.0.2.2").network());
}

TEST_CASE("a network holds what begins like it") {
  struct Held {
    const char* network;
    std::vector<const char*> inside, outside;
  };
  const Held all[] = {
      {"10.0.0.0/8", {"10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"}, {"11.0.0.0", "9.255.255.255", "a00::"}},
      {"192.0.2.4/31", {"192.0.2.4", "192.0.2.5"}, {"192.0.2.3", "192.0.2.6"}},
      {"192.0.2.4", {"192.0.2.4"}, {"192.0.2.5"}},
      {"192.0.2.4/32", {"192.0.2.4"}, {"192.0.2.5"}},
      {"0.0.0.0/0", {"0.0.0.0", "255.255.255.255"}, {"::", "2001:db8::1"}},
      {"::/0", {"::", "2001:db8::1"}, {"0.0.0.0", "192.0.2.1"}},
      {"2001:db8::/33", {"2001:db8:7fff::1"}, {"2001:db8:8000::1", "2001:db9::"}},
      {"2001:db8::1", {"2001:db8::1"}, {"2001:db8::2"}},
      {"::ffff:10.0.0.0/104", {"10.1.2.3"}, {"11.1.2.3"}},
  };
  for (const auto& [text, inside, outside] : all) {
    CAPTURE(text);
    const auto network = Network::parse(text);
    REQUIRE(network);
    for (const auto* one : inside) CHECK_MESSAGE(network->contains(address(one)), one);
    for (const auto* one : outside) CHECK_MESSAGE(!network->contains(address(one)), one);
  }
}

TEST_CASE("what is no network is none") {
  for (const auto* text : {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8",
                           "10.0.0.0/08x", "10.0.0.1/8", "2001:db8::/129", "2001:db8::1/32", "10.0.0.0/255.0.0.0"}) {
    CAPTURE(text);
    CHECK_FALSE(Network::parse(text));
  }
}
