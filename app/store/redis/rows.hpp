// Greetings and their log as Redis keeps them. Pure.
//   PREFIXgreetings  hash    CUSTOMER/ID -> "REVISION CREATED UPDATED JSON", times in milliseconds since 1970
//   PREFIXchanges    stream  SEQUENCE-0 -> kind (put or erase), key, value as above (of an erase, as it was), time
//   PREFIXstate      hash    sequence, time, forgotten, term
//   PREFIXvisits:CUSTOMER   hash    YYYY-MM-DD/ID -> count
//   PREFIXvisits:by:SOURCE  string  number of its last batch; goes after two days
#pragma once
#include "store/redis/connection.hpp"
#include "store/store.hpp"

namespace greeter::redis {

std::string key_of(const std::string& customer, const std::string& id);
std::string content_of(const Greeting& greeting); // the JSON

// Nothing: it makes no sense.
std::optional<StoredGreeting> stored_at(std::string_view key, std::string_view value);
std::vector<Change> changes_in(const Reply& entries); // of XRANGE or XREAD; those that make no sense are left out

std::string entry_id(std::uint64_t sequence);

std::string day_text(std::chrono::sys_days day);
std::string visits_field(const Visits& visits);
std::optional<Visits> visits_at(const std::string& customer, std::string_view field, std::string_view count);

} // namespace greeter::redis
