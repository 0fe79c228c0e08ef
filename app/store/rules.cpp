#include "store/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace greeter {

std::optional<Error> objection(const Write& write, std::uint64_t there) {
  const auto& id = write.greeting.id;
  if (write.expected && *write.expected != there) {
    const auto found = there == 0 ? std::string("there is none") : fmt::format("it is at revision {}", there);
    const auto wanted =
        *write.expected == 0 ? std::string("there be none") : fmt::format("it be at revision {}", *write.expected);
    return Error{ErrorCode::conflict, fmt::format("greeting {}: {}, and the change wants that {}", id, found, wanted)};
  }
  if (write.kind == Write::Kind::erase && there == 0)
    return Error{ErrorCode::not_found, fmt::format("there is no greeting {}", id)};
  return {};
}

Timestamp time_after(Timestamp last) { return std::max(now(), last); }

Greeting as_stored(const Greeting& greeting, std::uint64_t revision, std::optional<Timestamp> created, Timestamp time) {
  Greeting stored = greeting;
  stored.origin = Origin::store;
  stored.revision = revision;
  stored.created_at = created ? created : time;
  stored.updated_at = time;
  return stored;
}

std::chrono::sys_days first_day_kept(std::chrono::sys_days today) { return today - visit_days_kept; }

std::chrono::sys_days kept_day(std::chrono::sys_days day, std::chrono::sys_days today) {
  return day < first_day_kept(today) ? long_ago : day;
}

std::chrono::sys_days today() { return std::chrono::floor<std::chrono::days>(now()); }

} // namespace greeter
