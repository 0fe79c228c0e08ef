#include "operator/queue.hpp"

#include "base/random.hpp"

#include <algorithm>

namespace greeter::control {

void WorkQueue::add(const std::string& name) {
  const std::lock_guard lock(mutex_);
  add_now(name);
}

void WorkQueue::add_now(const std::string& name) {
  later_.erase(name);
  if (working_.contains(name)) {
    again_.insert(name);
  } else if (queued_.insert(name).second) {
    ready_.push_back(name);
    changed_.notify_one();
  }
}

WorkQueue::Clock::time_point WorkQueue::earliest() const {
  auto earliest = Clock::time_point::max();
  for (const auto& [name, when] : later_) earliest = std::min(earliest, when);
  return earliest;
}

std::optional<std::string> WorkQueue::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto now = Clock::now();
    for (auto entry = later_.begin(); entry != later_.end();) {
      const auto [name, when] = *entry++; // add_now() erases it
      if (when <= now) add_now(name);
    }
    if (!ready_.empty()) {
      auto name = std::move(ready_.front());
      ready_.pop_front();
      queued_.erase(name);
      working_.insert(name);
      return name;
    }
    const auto next = earliest();
    const auto news = [&] { return !ready_.empty() || earliest() < next; };
    if (next == Clock::time_point::max()) changed_.wait(lock, stop, news);
    else changed_.wait_until(lock, stop, next, news);
  }
  return {};
}

void WorkQueue::finish(const std::string& name) {
  working_.erase(name);
  if (again_.erase(name)) add_now(name);
}

void WorkQueue::done(const std::string& name) {
  const std::lock_guard lock(mutex_);
  failures_.erase(name);
  finish(name);
}

void WorkQueue::failed(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto& failures = failures_[name];
  const auto pause = std::min(backoff_.longest, backoff_.first * (1U << std::min(failures, 30U)));
  const auto jitter = pause * std::stoi(random_hex(4), nullptr, 16) / (5 * 0x10000);
  ++failures;
  later_[name] = Clock::now() + pause + jitter;
  finish(name);
  changed_.notify_all(); // whoever waits for a later one
}

void WorkQueue::dropped(const std::string& name) {
  const std::lock_guard lock(mutex_);
  again_.insert(name);
  finish(name);
}

std::size_t WorkQueue::depth() const {
  const std::lock_guard lock(mutex_);
  return ready_.size();
}

std::size_t WorkQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return later_.size();
}

} // namespace greeter::control
