// Tests of what is kept by day.
#pragma once
#include "store/rules.hpp"

#include <chrono>
#include <thread>

namespace greeter::test {

// For TEST_CASE_FIXTURE: today() stays as it is for a minute at least. Where less of the day (UTC) is left, the case
// begins with the next one.
struct WithinADay {
  WithinADay() {
    const auto next_day = today() + std::chrono::days(1);
    if (next_day - std::chrono::system_clock::now() < std::chrono::minutes(1)) std::this_thread::sleep_until(next_day);
  }
};

} // namespace greeter::test
