// Waiting for what other threads and processes do.
#pragma once
#include <chrono>
#include <thread>

namespace greeter::test {

// Whether the condition holds within `limit`.
template <class Condition>
bool comes_true(const Condition& condition, std::chrono::seconds limit = std::chrono::seconds(10)) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

} // namespace greeter::test
