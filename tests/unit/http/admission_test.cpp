#include "http/admission.hpp"

#include <doctest/doctest.h>

#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>

using namespace greeter;

namespace {

Address address(const char* text) {
  sockaddr_storage storage{};
  if (auto& v6 = reinterpret_cast<sockaddr_in6&>(storage); ::inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
    storage.ss_family = AF_INET6;
  else if (auto& v4 = reinterpret_cast<sockaddr_in&>(storage); ::inet_pton(AF_INET, text, &v4.sin_addr) == 1)
    storage.ss_family = AF_INET;
  return Address::of(storage);
}

} // namespace

TEST_CASE("an address is written as people write it") {
  for (const auto* text : {"127.0.0.1", "255.255.255.255", "::1", "2001:db8::1"}) CHECK(address(text).text() == text);
  CHECK(address("::ffff:192.0.2.1").text() == "192.0.2.1"); // of a socket for both families
  CHECK(address("::ffff:192.0.2.1") == address("192.0.2.1"));
}

TEST_CASE("a client may have all of an IPv6 network of 64 bits, but one IPv4 address") {
  CHECK(address("2001:db8::1").network() == address("2001:db8::ffff:1").network());
  CHECK(address("2001:db8::1").network() != address("2001:db8:0:1::1").network());
  CHECK(address("192.0.2.1").network() != address("192.0.2.2").network());
}

TEST_CASE("so many in all, whoever they are") {
  Admission admission(2, 2);
  std::vector<Admission::Verdict> in;
  in.push_back(admission.admit(address("192.0.2.1")));
  in.push_back(admission.admit(address("192.0.2.2")));
  CHECK(in[1].over == Limit::none);
  {
    const auto third = admission.admit(address("192.0.2.3"));
    CHECK(third.over == Limit::connections);
    CHECK(third.place);
    CHECK(admission.connections() == 3);
  }
  CHECK(admission.connections() == 2);
  in.pop_back();
  CHECK(admission.admit(address("192.0.2.3")).over == Limit::none);
}

TEST_CASE("so many of one address, and places come back") {
  Admission admission(10, 2);
  std::vector<Admission::Verdict> in;
  for (int i = 0; i < 2; ++i) in.push_back(admission.admit(address("192.0.2.1")));
  CHECK(admission.admit(address("192.0.2.1")).over == Limit::connections_per_address);
  CHECK(admission.admit(address("192.0.2.2")).over == Limit::none);
  in.pop_back();
  CHECK(admission.admit(address("192.0.2.1")).over == Limit::none);
  in.clear();
  CHECK(admission.connections() == 0);
}

TEST_CASE("only so many are told why they are turned away") {
  Admission admission(1, 1);
  const auto first = admission.admit(address("::1"));
  std::vector<Admission::Verdict> away;
  for (std::size_t i = 0; i <= Admission::extra_places; ++i) {
    away.push_back(admission.admit(address("::1")));
    CHECK(away.back().over == Limit::connections);
    CHECK(away.back().place.has_value() == (i < Admission::extra_places));
  }
  CHECK(admission.connections() == 1 + Admission::extra_places);
}
