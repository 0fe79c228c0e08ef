// The operator: follows customers and what they have, and lets workers look at those for whom something changed.
#pragma once
#include "kube/informer.hpp"
#include "operator/lease.hpp"
#include "operator/queue.hpp"
#include "operator/reconciler.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace greeter {
class MetricsWriter;
}

namespace greeter::control {

struct ControllerOptions {
  LeaseOptions lease; // its namespace is the operator's
  unsigned workers = 4;
  Backoff backoff;
  // How long to wait before the cluster is asked again which kinds it has.
  std::chrono::milliseconds discovery = std::chrono::seconds(10);
  // How long all customers wait for the objects of a kind; then only those whose class has it do.
  std::chrono::milliseconds patience = std::chrono::seconds(30);
  std::function<bool()> may_write = [] { return true; }; // besides the lease's say
};

// Runs from construction to destruction, which ends what is on its way and releases the lease. Waits for an API server
// that is away. Methods are thread-safe.
class Controller {
public:
  Controller(const kube::Access& access, std::shared_ptr<const Template> made_by, ControllerOptions options, Log& log);
  ~Controller();
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  void use(std::shared_ptr<const Template> made_by);
  void count_refused_template() { counts_.templates_refused++; }

  // Why it could not work even if it led; empty: it could.
  std::string unready() const;
  bool leads() const { return lease_->holds(); }
  const Counts& counts() const { return counts_; }
  std::string metrics() const; // in Prometheus' text format

private:
  struct Followed {
    std::string name; // "deployments"
    std::unique_ptr<kube::Informer> informer;
  };
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t customers_kind = SIZE_MAX;

  void discover(const std::stop_token& stop);
  std::optional<Error> discover_kind(std::size_t kind);
  bool follows(std::size_t kind, const kube::Kind& place);
  void follow(std::size_t kind, const kube::Kind& place);
  kube::Observer observer(std::size_t kind, const kube::Kind& place);
  void listed(std::size_t kind, const Customers::Names& changed);
  bool has_seen_enough() const;
  void work(const std::stop_token& stop);
  void drop(const std::string& name, const std::stop_token& stop);
  void update_working();
  void add(const Customers::Names& names);
  void write_customers(MetricsWriter& out) const;
  void write_informers(MetricsWriter& out) const;

  Log& log_;
  const ControllerOptions options_;
  std::atomic<bool> stopping_{false};
  Counts counts_;
  kube::Client client_, reader_;
  Customers customers_;
  Children children_;
  WorkQueue queue_;
  Cluster cluster_;
  Reconciler reconciler_;

  mutable std::mutex mutex_; // guards what follows
  std::condition_variable_any changed_;
  bool discovered_ = false, leads_ = false, working_ = false;
  std::vector<Followed> followed_;
  std::map<std::size_t, Clock::time_point> waited_for_; // kinds whose first list has not come, and until when
  std::string unreachable_;                             // why nothing could be discovered

  std::unique_ptr<Lease> lease_;
  std::jthread discovery_;
  std::vector<std::jthread> workers_;
};

} // namespace greeter::control
