#include "http/greeting_counts.hpp"

namespace greeter {

std::uint64_t GreetingCount::total() const {
  std::uint64_t sum = 0;
  for (const auto& slot : slots_) sum += slot.counter.get();
  return sum;
}

std::shared_ptr<GreetingCount> GreetingCounts::of(const std::string& id) {
  const std::lock_guard lock(mutex_);
  auto& counted = counts_[id];
  if (!counted) counted = std::make_shared<Counted>(workers_);
  counted->holders.fetch_add(1, std::memory_order_relaxed);
  return {&counted->count, [counted](GreetingCount*) { counted->holders.fetch_sub(1, std::memory_order_release); }};
}

std::uint64_t GreetingCounts::total() const {
  const std::lock_guard lock(mutex_);
  auto sum = gone_;
  for (const auto& [id, counted] : counts_) sum += counted->count.total();
  return sum;
}

void GreetingCounts::collect(const std::function<void(const std::string& id, std::uint64_t count)>& sink) {
  const std::lock_guard lock(mutex_);
  for (auto at = counts_.begin(); at != counts_.end();) {
    auto& counted = *at->second;
    const bool held = counted.holders.load(std::memory_order_acquire) > 0; // if not, the total is the last one
    const auto total = counted.count.total();
    if (total > counted.collected) sink(at->first, total - counted.collected);
    counted.collected = total;
    if (!held) gone_ += total;
    at = held ? std::next(at) : counts_.erase(at);
  }
}

std::uint64_t GreetingCounts::uncollected() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& [id, counted] : counts_) sum += counted->count.total() - counted->collected;
  return sum;
}

} // namespace greeter
