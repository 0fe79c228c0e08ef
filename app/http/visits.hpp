// Brings to the store how often greetings were given: as often as suits that, on a thread of its own, and whenever it
// is asked to. Nobody else waits for the store; while it is away, counts wait here.
#pragma once
#include "base/log.hpp"
#include "http/board.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace greeter {

// Thread-safe. Everything it is made of outlives it. What is not in the store when it goes is lost: record() first.
class VisitRecorder {
public:
  VisitRecorder(Board& board, Store& store, Log& log);
  ~VisitRecorder();
  VisitRecorder(const VisitRecorder&) = delete;
  VisitRecorder& operator=(const VisitRecorder&) = delete;

  // Adds all that was counted until now. An error: why it goes on waiting.
  std::optional<Error> record();

  // The same for whoever has no time: where the last attempt failed, its error, at once.
  std::optional<Error> record_unless_away();

  std::uint64_t pending() const;                              // counted, and not in the store yet
  std::uint64_t failures() const { return failures_.load(); } // attempts to add a batch
  std::map<std::string, std::uint64_t> stored_totals() const; // by customer, of all instances; as of 10 s or a beat ago

private:
  void run();
  void collect();
  bool make_batch();
  void settle(const std::optional<Error>& error);
  void learn_totals();
  bool is_away() const;

  Board& board_;
  Store& store_;
  Log& log_;

  std::mutex record_mutex_; // guards the next two, is held while the store works; taken before state_mutex_
  struct Key {
    std::chrono::sys_days day;
    std::string customer, greeting;
    auto operator<=>(const Key&) const = default;
  };
  std::map<Key, std::uint64_t> waiting_;
  VisitBatch batch_;                        // is given until the store has it; empty: there is none
  std::atomic<std::uint64_t> collected_{0}; // all in these two together
  std::atomic<std::uint64_t> failures_{0};

  mutable std::mutex state_mutex_;
  std::optional<Error> trouble_; // of the last attempt
  std::map<std::string, std::uint64_t> totals_;
  std::size_t next_customer_ = 0; // of the thread

  std::mutex stop_mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace greeter
