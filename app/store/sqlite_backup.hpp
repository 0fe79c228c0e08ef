// Copies of a SqliteStore's file, made while it is in use, and the way back.
#pragma once
#include "base/error.hpp"

#include <cstdint>
#include <string>

namespace greeter {

// See back_up() and restore() in store/open.hpp. `store` is the store's file.
Result<std::uint64_t> back_up_sqlite(const std::string& store, const std::string& file);
Result<std::size_t> restore_sqlite(const std::string& store, const std::string& file);

} // namespace greeter
