// How often greetings were given. To count takes no lock, and shares no cache line with another worker.
#pragma once
#include "http/metrics.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace greeter {

// Of one greeting: a slot for each worker, a cache line each.
class GreetingCount {
public:
  explicit GreetingCount(unsigned workers) : slots_(workers) {}

  void add(unsigned worker) { slots_[worker].counter.add(); }
  std::uint64_t total() const;

private:
  struct alignas(64) Slot {
    Counter counter;
  };
  std::vector<Slot> slots_;
};

// Of one customer's greetings, by their ids. Thread-safe.
class GreetingCounts {
public:
  explicit GreetingCounts(unsigned workers) : workers_(workers) {}

  // For whoever gives this greeting. When nobody holds it any more, and all that it counted was collected, it is gone.
  std::shared_ptr<GreetingCount> of(const std::string& id);

  // All together since the start, whatever is gone.
  std::uint64_t total() const;

  // Tells `sink` how often each was given since the last call.
  void collect(const std::function<void(const std::string& id, std::uint64_t count)>& sink);
  std::uint64_t uncollected() const;

private:
  struct Counted {
    explicit Counted(unsigned workers) : count(workers) {}
    GreetingCount count;
    std::atomic<unsigned> holders{0};
    std::uint64_t collected = 0;
  };

  const unsigned workers_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Counted>> counts_;
  std::uint64_t gone_ = 0; // what those counted that are gone
};

} // namespace greeter
