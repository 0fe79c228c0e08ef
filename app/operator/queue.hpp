// Names of customers to look at: each is there once, and looked at by one worker at a time.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

namespace greeter::control {

struct Backoff {
  std::chrono::milliseconds first{200}, longest{300'000}; // doubled with each failure; up to a fifth more, at random
};

// Thread-safe.
class WorkQueue {
public:
  explicit WorkQueue(Backoff backoff = {}) : backoff_(backoff) {}

  // Now, whatever it was waiting for; one that is being looked at comes again after that.
  void add(const std::string& name);

  // Waits for a name, until a stop is requested. Each is followed by one of the three below.
  std::optional<std::string> take(const std::stop_token& stop);

  void done(const std::string& name);    // all is well: forget its failures
  void failed(const std::string& name);  // again, later and later
  void dropped(const std::string& name); // nothing was done: again as soon as there is somebody for it

  std::size_t depth() const;   // to be looked at now
  std::size_t waiting() const; // for their time

private:
  using Clock = std::chrono::steady_clock;
  void finish(const std::string& name);
  void add_now(const std::string& name);
  Clock::time_point earliest() const; // of later_

  const Backoff backoff_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::string> ready_;
  std::set<std::string> queued_, working_, again_; // again_: added while it was worked on
  std::map<std::string, Clock::time_point> later_;
  std::map<std::string, unsigned> failures_;
};

} // namespace greeter::control
