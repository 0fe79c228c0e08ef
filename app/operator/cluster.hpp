// The API server as the operator uses it: writes only while it may, and counts.
#pragma once
#include "kube/client.hpp"
#include "operator/customer.hpp"
#include "operator/metrics.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace greeter::control {

// Thread-safe. Kinds are indexes in managed_kinds(). Errors as kube::Client has them.
class Cluster {
public:
  // `may_write` is asked before each write; what it refuses is an error, and `stopped()` says so.
  Cluster(kube::Client& client, std::function<bool()> may_write, Counts& counts, std::string identity);

  // Whether writes are refused.
  bool stopped() const { return !may_write_(); }

  // Where objects of a kind are, or why nothing can be done with them; unknown as long as the cluster has no such kind.
  void know(std::size_t kind, Result<kube::Kind> place);
  bool knows(std::size_t kind) const;

  Result<Json> get(std::size_t kind, const std::string& space, const std::string& name);
  Result<Json> apply(std::size_t kind, const Json& object);
  Result<Json> create(std::size_t kind, const Json& object);
  // Only the one with this uid.
  Result<Json> remove(std::size_t kind, const std::string& space, const std::string& name, const std::string& uid);
  Result<Json> patch(std::size_t kind, const std::string& name, const Json& patch); // of what is in no namespace

  Result<Json> patch_customer(const CustomerObject& customer, Json metadata);
  Result<Json> apply_status(const CustomerObject& customer, const Json& status);
  // Has kubelets look at a customer's configuration now, not within their usual minute: they do when a pod's annotation
  // changes. The pods do not restart.
  std::optional<Error> hurry(const std::string& customer, const std::string& version);
  // What kubectl describe shows of a customer.
  std::optional<Error> tell(const CustomerObject& customer, bool warning, const std::string& reason,
                            const std::string& message);

private:
  Result<kube::Kind> place(std::size_t kind) const;
  std::optional<Error> refusal() const;

  kube::Client& client_;
  const std::function<bool()> may_write_;
  Counts& counts_;
  const std::string identity_;
  mutable std::mutex mutex_;
  std::map<std::size_t, Result<kube::Kind>> places_;
};

} // namespace greeter::control
