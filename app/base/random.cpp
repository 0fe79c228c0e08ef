#include "base/random.hpp"

#include <array>
#include <random>

#include <sys/random.h>

namespace greeter {

namespace {

std::mt19937_64 seeded() {
  std::array<unsigned, 8> seed{};
  if (::getrandom(seed.data(), sizeof seed, 0) != sizeof seed) { // a kernel without it
    std::random_device device;
    for (auto& word : seed) word = device();
  }
  std::seed_seq sequence(seed.begin(), seed.end());
  return std::mt19937_64(sequence);
}

} // namespace

std::string random_hex(std::size_t digits) {
  thread_local auto generator = seeded();
  std::string hex(digits, '0');
  auto bits = generator();
  for (std::size_t i = 0; i < digits; ++i, bits >>= 4U) {
    if (i % 16 == 0 && i > 0) bits = generator();
    hex[i] = "0123456789abcdef"[bits & 15U];
  }
  return hex;
}

std::string secret_hex(std::size_t digits) {
  std::random_device system; // getrandom(2), or what the processor has
  std::string hex(digits, '0');
  for (auto& digit : hex) digit = "0123456789abcdef"[system() & 15U];
  return hex;
}

} // namespace greeter
