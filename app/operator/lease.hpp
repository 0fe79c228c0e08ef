// Leader election: of several operators the one that holds the Lease works, the others are ready to.
#pragma once
#include "base/log.hpp"
#include "base/time.hpp"
#include "kube/client.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace greeter::control {

struct LeaseOptions {
  std::string space, name = "greeter-operator", identity;
  std::chrono::milliseconds duration = std::chrono::seconds(15); // without a renewal for so long it is free
  std::chrono::milliseconds renewal = std::chrono::seconds(5);
  std::chrono::milliseconds retry = std::chrono::seconds(2); // of whoever does not hold it
};

// Who holds a Lease, as its candidates see it. Clocks of machines differ: a Lease is over when it has not changed for
// its duration by the candidate's own clock.
class LeaseView {
public:
  using Clock = std::chrono::steady_clock;

  void see(const nlohmann::json& lease, Clock::time_point now);
  bool held_by(const std::string& identity) const { return holder_ == identity; }
  bool is_free(Clock::time_point now) const { return holder_.empty() || now >= changed_ + duration_; }
  const std::string& holder() const { return holder_; }

private:
  std::string holder_, version_;
  Clock::time_point changed_;
  std::chrono::milliseconds duration_{};
};

// The Lease as it is when `identity` takes or renews it; `before`: null where there is none.
nlohmann::json lease_of(const nlohmann::json& before, const LeaseOptions& options, Timestamp now);

// Tries to hold the Lease from construction to destruction, which releases it.
class Lease {
public:
  // `on_change` is called by the lease's own thread when it is won or lost. `client`'s timeouts have to be shorter than
  // the lease's duration. All outlive it.
  Lease(kube::Client& client, LeaseOptions options, std::function<void(bool leads)> on_change, Log& log);
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  // Thread-safe. Nobody else can hold it while this is true: it ends a third before the lease does.
  bool holds() const { return Clock::now().time_since_epoch().count() < held_until_.load(); }

private:
  using Clock = LeaseView::Clock;
  void run(const std::stop_token& stop);
  bool hold(); // one attempt
  void tell();
  void release();
  std::string path() const;

  kube::Client& client_;
  const LeaseOptions options_;
  const std::function<void(bool)> on_change_;
  Log& log_;
  LeaseView view_;
  bool told_ = false;
  std::atomic<Clock::rep> held_until_{Clock::time_point::min().time_since_epoch().count()};
  std::jthread thread_;
};

} // namespace greeter::control
