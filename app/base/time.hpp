// Points in time as people and the wire write them: RFC 3339, in UTC, to the millisecond. Pure functions but for now().
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace greeter {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

// The wall clock, which may be set back and forth at any time.
Timestamp now();

// RFC 3339 date-time, years 0001 to 9999, any offset; finer fractions than milliseconds are cut off, a leap second is
// the second before it. Nothing where the text is none, or names a day or an hour that does not exist.
std::optional<Timestamp> parse_time(std::string_view text);

// "2026-12-24T00:00:00Z", or with milliseconds where there are any. parse_time() takes it back.
std::string to_text(Timestamp time);

} // namespace greeter
