#include "http/date.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace greeter;
using namespace std::chrono_literals;

namespace {

std::string text(std::time_t time) {
  const auto date = http_date(time);
  return {date.data(), date.size()};
}

} // namespace

TEST_CASE("dates are written as RFC 9110 5.6.7 has them") {
  CHECK(text(784'111'777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(text(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(text(1'709'251'199) == "Thu, 29 Feb 2024 23:59:59 GMT");
  CHECK(text(253'402'300'799) == "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST_CASE("the clock's date is that of now, within a second") {
  DateClock clock;
  const auto now = std::chrono::steady_clock::now();
  const auto before = std::time(nullptr);
  const std::string first(clock.date(now));
  CHECK((first == text(before) || first == text(before + 1)));
  CHECK(clock.date(now) == first);
  const std::string later(clock.date(now + 1s)); // made anew, from a wall clock that has hardly moved
  CHECK((later == first || later == text(before + 1)));
}
