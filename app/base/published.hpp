// One writer publishes whole immutable values; many readers follow, without a lock while nothing changes.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace greeter {

// Thread-safe. A value lives until the last reader has moved on.
template <class T> class Published {
public:
  explicit Published(std::shared_ptr<const T> first) : value_(std::move(first)) {}

  void publish(std::shared_ptr<const T> next) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(next);
    version_.fetch_add(1, std::memory_order_release);
  }

  std::shared_ptr<const T> current() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

  // Belongs to one thread. get() costs one atomic load unless a new value was published.
  class Reader {
  public:
    explicit Reader(const Published& source)
        : source_(source), version_(source.version_.load(std::memory_order_acquire)), value_(source.current()) {}

    // Valid until the next call of get().
    const T& get() {
      if (const auto version = source_.version_.load(std::memory_order_acquire); version != version_) {
        version_ = version;
        value_ = source_.current();
      }
      return *value_;
    }

  private:
    const Published& source_;
    std::uint64_t version_;
    std::shared_ptr<const T> value_;
  };

private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
  std::atomic<std::uint64_t> version_{0};
};

} // namespace greeter
