// What every backend decides alike: one place, so that no two of them differ.
#pragma once
#include "store/store.hpp"

namespace greeter {

// Why the write can't be done where the stored greeting has revision `there` (0: there is none); nothing: it can.
// What `expected` says comes first: an erase of what is not there is `not_found` only where nothing else was expected.
std::optional<Error> objection(const Write& write, std::uint64_t there);

// The time of a write: now, but never before `last`, for clocks are set back.
Timestamp time_after(Timestamp last);

// The greeting as it is kept: `created` is that of the one it replaces, if there is one.
Greeting as_stored(const Greeting& greeting, std::uint64_t revision, std::optional<Timestamp> created, Timestamp time);

} // namespace greeter
