// Greetings for tests, put together in one line.
#pragma once
#include "greeting/greeting.hpp"

#include <memory>
#include <string>
#include <vector>

namespace greeter::test {

// A second of some evening; the tests count from here.
inline Timestamp at(long ms) { return *parse_time("2026-12-24T18:00:00Z") + std::chrono::milliseconds(ms); }

inline Greeting greeting(std::string id, std::string language = {}, std::optional<Timestamp> starts_at = {},
                         std::optional<Timestamp> ends_at = {}) {
  Greeting g;
  g.text = "Text of " + id;
  g.id = std::move(id);
  g.language = std::move(language);
  g.starts_at = starts_at;
  g.ends_at = ends_at;
  return g;
}

inline std::vector<GreetingPtr> table(std::vector<Greeting> greetings) {
  std::vector<GreetingPtr> pointers;
  for (auto& g : greetings) pointers.push_back(std::make_shared<const Greeting>(std::move(g)));
  return pointers;
}

} // namespace greeter::test
