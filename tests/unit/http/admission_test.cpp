#include "http/admission.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace greeter;

namespace {

Address address(const char* text) { return Address::parse(text).value(); }

} // namespace

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

TEST_CASE("a trusted proxy may have as many as it likes, within the total") {
  Admission admission(3, 1, {*Network::parse("192.0.2.0/30")});
  std::vector<Admission::Verdict> in;
  for (const auto* client : {"192.0.2.1", "192.0.2.1", "192.0.2.4"}) in.push_back(admission.admit(address(client)));
  for (const auto& verdict : in) CHECK(verdict.over == Limit::none);
  CHECK(admission.admit(address("192.0.2.1")).over == Limit::connections);
  in.pop_back();
  in.pop_back();
  in.push_back(admission.admit(address("192.0.2.4")));
  CHECK(admission.admit(address("192.0.2.4")).over == Limit::connections_per_address);
  CHECK(admission.admit(address("192.0.2.1")).over == Limit::none);
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
