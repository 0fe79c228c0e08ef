// What is done inside Redis, where nothing else happens meanwhile.
#pragma once
#include <string_view>

namespace greeter::redis {

// KEYS: greetings, changes, state. ARGV: term, leap, milliseconds and number of changes that are kept; then for each
// write its kind, key, expected revision ("": any) and content. Returns for each "done" with its sequence (of a
// confirm: revision) and value ("": there is none), "conflict" with the revision that is there, or "missing".
std::string_view write_script();

// KEYS: the source's number, then each customer's visits. ARGV: number of the batch; the first day that is kept by
// itself where older ones are to be folded, else ""; then key (counted from 1), field and count of each.
std::string_view visits_script();

} // namespace greeter::redis
