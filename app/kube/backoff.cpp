#include "kube/backoff.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace greeter::kube {

std::chrono::milliseconds Backoff::next() {
  const auto whole = std::min(next_, longest_);
  next_ = whole * 2;
  std::uint32_t chance = 0;
  const auto digits = random_hex(8);
  std::from_chars(digits.data(), digits.data() + digits.size(), chance, 16);
  return std::chrono::milliseconds(whole.count() - chance % (whole.count() / 2 + 1));
}

} // namespace greeter::kube
