// Counters of the public port. Each has one writer, so counting takes no lock and shares no cache line.
#pragma once
#include "http/limits.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace greeter {

// Written by one thread, read by any.
class Counter {
public:
  void add(std::uint64_t n = 1) { value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
};

// What one worker counts.
class alignas(64) WorkerMetrics {
public:
  // Label values; the last one stands for everything else.
  static constexpr std::array<std::string_view, 9> methods{"GET",    "HEAD",    "POST",  "PUT",  "PATCH",
                                                           "DELETE", "OPTIONS", "TRACE", "other"};
  static constexpr std::array<int, 24> codes{200, 201, 204, 304, 400, 401, 403, 404, 405, 408, 409, 412,
                                             413, 414, 415, 417, 421, 422, 428, 431, 500, 501, 503, 505};
  // Upper bounds of the latency histogram's buckets; a last one has none.
  static constexpr std::array<std::chrono::nanoseconds, 13> bounds{
      {std::chrono::microseconds(50), std::chrono::microseconds(100), std::chrono::microseconds(250),
       std::chrono::microseconds(500), std::chrono::milliseconds(1), std::chrono::microseconds(2500),
       std::chrono::milliseconds(5), std::chrono::milliseconds(10), std::chrono::milliseconds(25),
       std::chrono::milliseconds(50), std::chrono::milliseconds(100), std::chrono::milliseconds(250),
       std::chrono::seconds(1)}};

  // A response was made. An empty method: the request could not be read.
  void count(std::string_view method, int code);
  // Limit::none is not counted.
  void count(Limit limit);
  // `responses` were handed to the system this long after their requests were there to be read.
  void observe(std::chrono::nanoseconds duration, std::uint64_t responses);

  std::array<std::array<Counter, codes.size() + 1>, methods.size()> requests;
  std::array<Counter, bounds.size() + 1> durations;
  Counter duration_nanoseconds;
  Counter accepted;
  Counter closed;
  std::array<Counter, limit_names.size()> limits; // how often each was what stopped a client
};

// How the configuration was read. Written by one thread.
struct ReloadMetrics {
  Counter successes;
  Counter failures;
  std::atomic<bool> last_succeeded{true};
  std::atomic<std::int64_t> last_success{0}; // seconds since 1970
};

// What this instance did with the store.
struct StoreMetrics {
  Counter puts; // these three by the API's writing thread
  Counter erases;
  Counter failures;                    // requests that the store could not serve
  std::atomic<std::size_t> streams{0}; // of events that are open
};

class Metrics {
public:
  explicit Metrics(unsigned workers) : workers_(workers) {}

  std::span<WorkerMetrics> workers() { return workers_; }
  std::span<const WorkerMetrics> workers() const { return workers_; }
  ReloadMetrics reloads;
  StoreMetrics store;

private:
  std::vector<WorkerMetrics> workers_;
};

} // namespace greeter
