// What the operator counts. Thread-safe.
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace greeter::control {

// How a look at a customer ended.
enum class Outcome : std::uint8_t {
  unchanged, // all was as it is to be
  changed,   // and now all is
  waiting,   // for something that the cluster has to finish
  refused,   // the customer breaks a rule; what was there stays
  failed,    // again, later
  stopped,   // this operator may not go on
};
inline constexpr std::array<std::string_view, 6> outcome_names{"unchanged", "changed", "waiting",
                                                               "refused",   "failed",  "stopped"};

enum class Verb : std::uint8_t { get, create, apply, patch, remove, event };
inline constexpr std::array<std::string_view, 6> verb_names{"get", "create", "apply", "patch", "delete", "event"};

struct Counts {
  // Upper bounds of the duration's buckets; a last one has none.
  static constexpr std::array<double, 10> bounds{0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10, 60};

  void looked(Outcome outcome, std::chrono::duration<double> took) {
    outcomes.at(static_cast<std::size_t>(outcome))++;
    std::size_t bucket = 0;
    while (bucket < bounds.size() && took.count() > bounds.at(bucket)) ++bucket;
    durations.at(bucket)++;
    microseconds += static_cast<std::uint64_t>(took.count() * 1e6);
  }
  void asked(Verb verb) { requests.at(static_cast<std::size_t>(verb))++; }

  std::array<std::atomic<std::uint64_t>, outcome_names.size()> outcomes{};
  std::array<std::atomic<std::uint64_t>, bounds.size() + 1> durations{};
  std::atomic<std::uint64_t> microseconds{0};
  std::array<std::atomic<std::uint64_t>, verb_names.size()> requests{};
  std::atomic<std::uint64_t> templates_refused{0};
};

} // namespace greeter::control
