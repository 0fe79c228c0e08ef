// Random numbers that tell things apart. Nothing that has to stay secret may depend on them.
#pragma once
#include <cstddef>
#include <string>

namespace greeter {

// Hex digits in lower case, 64 random bits for each 16 of them. Thread-safe: each thread has a generator of its own.
std::string random_hex(std::size_t digits);

} // namespace greeter
