// Which greeting is due? Pure and deterministic: the same table, time and languages give the same greeting.
#pragma once
#include "greeting/greeting.hpp"

#include <span>

namespace greeter {

// What one customer's table has to say at one moment.
//
// A greeting is due when it is active and starts_at <= time < ends_at. Among those that are due:
//  1. A client that names languages (Accept-Language) gets the first of its languages, in its order of preference, that
//     a greeting has: lookup as in RFC 4647, 3.4, so "de-AT" finds "de-AT", else "de" (never "de-CH").
//  2. Where none of them is found, a greeting without a language; "*" takes whatever 3. says.
//  3. A client that names none gets any language.
//  4. Of several, the one that starts latest (no starts_at: before all others); of those, one without a language
//     before others, then the smallest id.
//  5. Where nothing is found, the customer's own text.
struct Due {
  struct Choice {
    std::string language; // in lower case; empty: for every language
    GreetingPtr greeting;
  };
  std::vector<Choice> choices; // the best of each language, in the order of languages
  GreetingPtr any;             // the best of all; null: nothing is due

  // The one for a client with this Accept-Language field (empty: it sent none); null: the customer's own text.
  GreetingPtr choose(std::string_view accept_language) const;
};

// Active, and in its window.
bool is_due(const Greeting& greeting, Timestamp time);

Due due_at(Timestamp time, std::span<const GreetingPtr> greetings);

// The first moment after `time` at which something may start or end; none: nothing changes by itself any more.
// Retired and draft greetings don't count.
std::optional<Timestamp> next_change(Timestamp time, std::span<const GreetingPtr> greetings);

} // namespace greeter
