// Random numbers.
#pragma once
#include <cstddef>
#include <string>

namespace greeter {

// Hex digits in lower case that tell things apart, 64 random bits for each 16 of them; nothing that has to stay secret
// may depend on them. Thread-safe: each thread has a generator of its own.
std::string random_hex(std::size_t digits);

// Hex digits that nobody can guess, from the system. Thread-safe.
std::string secret_hex(std::size_t digits);

} // namespace greeter
