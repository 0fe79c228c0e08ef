#include "operator/cluster.hpp"

#include "base/random.hpp"
#include "base/time.hpp"
#include "operator/kinds.hpp"
#include "operator/ownership.hpp"
#include "operator/status.hpp"

#include <fmt/format.h>

namespace greeter::control {

namespace {

kube::Kind events() { return {"", "v1", "events"}; }
kube::Kind pods() { return {"", "v1", "pods"}; }

std::string text(const Json& object, const char* key) { return object.at("metadata").value(key, ""); }

} // namespace

Cluster::Cluster(kube::Client& client, std::function<bool()> may_write, Counts& counts, std::string identity)
    : client_(client), may_write_(std::move(may_write)), counts_(counts), identity_(std::move(identity)) {}

void Cluster::know(std::size_t kind, Result<kube::Kind> place) {
  const std::lock_guard lock(mutex_);
  places_.insert_or_assign(kind, std::move(place));
}

bool Cluster::knows(std::size_t kind) const {
  const std::lock_guard lock(mutex_);
  return places_.contains(kind);
}

Result<kube::Kind> Cluster::place(std::size_t kind) const {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(kind);
  if (found != places_.end()) return found->second;
  const auto& missing = managed_kinds()[kind];
  return Error{ErrorCode::unavailable,
               fmt::format("the cluster has no {} of {}: install what brings it, or leave it out of the class",
                           missing.kind, missing.api_version)};
}

std::optional<Error> Cluster::refusal() const {
  if (may_write_()) return {};
  return Error{ErrorCode::unavailable, "this operator may not write: it does not lead, or stops"};
}

Result<Json> Cluster::get(std::size_t kind, const std::string& space, const std::string& name) {
  const auto where = place(kind);
  if (!where) return where.error();
  counts_.asked(Verb::get);
  return client_.get(kube::path(where.value(), space, name));
}

Result<Json> Cluster::apply(std::size_t kind, const Json& object) {
  if (auto refused = refusal()) return *refused;
  const auto where = place(kind);
  if (!where) return where.error();
  counts_.asked(Verb::apply);
  return client_.apply(kube::path(where.value(), text(object, "namespace"), text(object, "name")), object,
                       {.manager = field_manager, .force = true});
}

Result<Json> Cluster::create(std::size_t kind, const Json& object) {
  if (auto refused = refusal()) return *refused;
  const auto where = place(kind);
  if (!where) return where.error();
  counts_.asked(Verb::create);
  return client_.create(kube::collection(where.value(), text(object, "namespace")), object);
}

Result<Json> Cluster::remove(std::size_t kind, const std::string& space, const std::string& name,
                             const std::string& uid) {
  if (auto refused = refusal()) return *refused;
  const auto where = place(kind);
  if (!where) return where.error();
  counts_.asked(Verb::remove);
  return client_.remove(kube::path(where.value(), space, name), "",
                        {{"preconditions", {{"uid", uid}}}, {"propagationPolicy", "Background"}});
}

Result<Json> Cluster::patch(std::size_t kind, const std::string& name, const Json& patch) {
  if (auto refused = refusal()) return *refused;
  const auto where = place(kind);
  if (!where) return where.error();
  counts_.asked(Verb::patch);
  return client_.patch(kube::path(where.value(), "", name), patch);
}

// Only of the object as it is known: nobody's change to the same list is lost.
Result<Json> Cluster::patch_customer(const CustomerObject& customer, Json metadata) {
  if (auto refused = refusal()) return *refused;
  counts_.asked(Verb::patch);
  metadata["resourceVersion"] = std::to_string(customer.version);
  return client_.patch(kube::path(kube::customers(), "", customer.name), {{"metadata", std::move(metadata)}});
}

Result<Json> Cluster::apply_status(const CustomerObject& customer, const Json& status) {
  if (auto refused = refusal()) return *refused;
  counts_.asked(Verb::apply);
  const Json object{{"apiVersion", kube::api_version},
                    {"kind", "Customer"},
                    {"metadata", {{"name", customer.name}, {"uid", customer.uid}}},
                    {"status", status}};
  return client_.apply(kube::path(kube::customers(), "", customer.name), object,
                       {.manager = field_manager, .force = true, .status = true});
}

std::optional<Error> Cluster::hurry(const std::string& customer, const std::string& version) {
  counts_.asked(Verb::get);
  const auto running =
      client_.list(kube::collection(pods(), customer),
                   {.labels = "app.kubernetes.io/name=greeter,app.kubernetes.io/instance=" + customer});
  if (!running) return running.error();
  for (const auto& pod : running.value().items) {
    if (auto refused = refusal()) return refused;
    counts_.asked(Verb::patch);
    const auto patched = client_.patch(kube::path(pods(), customer, text(pod, "name")),
                                       {{"metadata", {{"annotations", {{"greeter/config-version", version}}}}}});
    if (!patched && patched.error().code != ErrorCode::not_found) return patched.error();
  }
  return {};
}

std::optional<Error> Cluster::tell(const CustomerObject& customer, bool warning, const std::string& reason,
                                   const std::string& message) {
  if (auto refused = refusal()) return refused;
  counts_.asked(Verb::event);
  const auto time = to_text(std::chrono::floor<std::chrono::seconds>(now()));
  const std::string space = "default"; // where events of objects without a namespace are
  const auto told = client_.create(
      kube::collection(events(), space),
      {{"apiVersion", "v1"},
       {"kind", "Event"},
       {"metadata", {{"name", customer.name + "." + random_hex(16)}, {"namespace", space}}},
       {"involvedObject",
        {{"apiVersion", kube::api_version}, {"kind", "Customer"}, {"name", customer.name}, {"uid", customer.uid}}},
       {"type", warning ? "Warning" : "Normal"},
       {"reason", reason},
       {"message", shortened(message)},
       {"source", {{"component", field_manager}}},
       {"reportingComponent", field_manager},
       {"reportingInstance", identity_},
       {"firstTimestamp", time},
       {"lastTimestamp", time},
       {"count", 1}});
  return told ? std::nullopt : std::optional(told.error());
}

} // namespace greeter::control
