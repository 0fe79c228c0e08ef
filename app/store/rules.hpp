// What every backend decides alike: one place, so that no two of them differ.
#pragma once
#include "store/store.hpp"

namespace greeter {

// Why the write can't be done where the stored greeting has revision `there` (0: there is none); nothing: it can.
// What `expected` says comes first: an erase of what is not there is `not_found` only where nothing else was expected.
std::optional<Error> objection(const Write& write, std::uint64_t there);

// Whether the listener hears of it.
constexpr bool is_change(Write::Kind kind) { return kind != Write::Kind::confirm; }

// The time of a write: now, but never before `last`, for clocks are set back.
Timestamp time_after(Timestamp last);

// The greeting as it is kept: `created` is that of the one it replaces, if there is one.
Greeting as_stored(const Greeting& greeting, std::uint64_t revision, std::optional<Timestamp> created, Timestamp time);

// Counts of this many days before today are kept day by day; older ones as if they were all of one day. So what is kept
// grows with the greetings that there ever were, but not with time.
inline constexpr auto visit_days_kept = std::chrono::days(400);
inline constexpr std::chrono::sys_days long_ago{};
std::chrono::sys_days first_day_kept(std::chrono::sys_days today);
std::chrono::sys_days kept_day(std::chrono::sys_days day, std::chrono::sys_days today);

// The day it is, in UTC.
std::chrono::sys_days today();

// A source that was last heard of before this day won't give a batch again.
inline constexpr auto sources_kept = std::chrono::days(2);

} // namespace greeter
