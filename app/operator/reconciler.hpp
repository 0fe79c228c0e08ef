// Brings the cluster to what a Customer says: its namespace, quota and objects, and its status.
#pragma once
#include "base/log.hpp"
#include "operator/children.hpp"
#include "operator/cluster.hpp"
#include "operator/customers.hpp"

#include <functional>
#include <mutex>
#include <set>
#include <string>

namespace greeter::control {

// Thread-safe, for different customers at a time. All that it refers to outlives it. Each step looks at what is there
// first: one that was ended anywhere is gone on with by the next, whoever does it.
class Reconciler {
public:
  // `own_space`: where the operator is; it is no customer's. `look_at`: is called with customers who have to be looked
  // at, as the answer to a request told of news that nobody else will tell of.
  Reconciler(Cluster& cluster, Customers& customers, Children& children, std::string own_space,
             std::function<void(const Customers::Names&)> look_at, Log& log);

  Outcome reconcile(const std::string& name);

private:
  class Look;

  bool remember(const std::string& key); // whether it is new
  bool remembers(const std::string& key) const;

  Cluster& cluster_;
  Customers& customers_;
  Children& children_;
  const std::string own_space_;
  const std::function<void(const Customers::Names&)> look_at_;
  Log& log_;
  mutable std::mutex mutex_;
  // "UID/NAME" of Secrets known to be there, the former of their customer; UIDs of objects that were left behind.
  std::set<std::string> remembered_;
};

} // namespace greeter::control
