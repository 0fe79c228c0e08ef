#include "store/kubernetes/kubernetes_store.hpp"

#include "store/kubernetes/url.hpp"
#include "store/kubernetes/visits.hpp"
#include "store/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace greeter::kubernetes {

namespace {

constexpr auto longest_pause = std::chrono::seconds(1); // between attempts to follow
constexpr auto connect_timeout = std::chrono::seconds(1);
constexpr auto timeout = std::chrono::seconds(10); // admission may take 5 of them
constexpr int most_attempts = 16;

// Where counts of visits are.
constexpr auto visits_name = "greeter-visits";
constexpr auto least_between_counts = std::chrono::seconds(60);
constexpr std::size_t counts_rate = 2'000;            // bytes a second
constexpr auto counts_hold = std::chrono::seconds(5); // what was seen of them; others count, too
std::string config_maps(const std::string& space) {
  return kube::collection({.group = "", .version = "v1", .plural = "configmaps"}, space);
}

// Kubernetes says it in every pod's environment: no setting of ours.
std::string environment(const char* name) {
  const auto* const value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): nobody sets any
  return value ? value : "";
}

std::string space_of(const kube::Access& access) { return access.space.empty() ? "default" : access.space; }

} // namespace

Result<std::unique_ptr<Store>> KubernetesStore::open(const std::string& url, const StoreOptions& options) {
  const auto parsed = parse_url(url);
  if (!parsed) return parsed.error();
  const auto& [space, kubeconfig, context] = parsed.value();
  auto access = kubeconfig.empty()
                    ? kube::in_cluster(environment("KUBERNETES_SERVICE_HOST"), environment("KUBERNETES_SERVICE_PORT"))
                    : kube::from_kubeconfig(kubeconfig, context);
  if (!access) return access.error();
  if (!space.empty()) access.value().space = space;
  access.value().connect_timeout = connect_timeout;
  access.value().timeout = timeout;
  return std::unique_ptr<Store>(std::make_unique<KubernetesStore>(std::move(access.value()), options));
}

KubernetesStore::KubernetesStore(kube::Access access, StoreOptions options)
    : options_(std::move(options)), space_(space_of(access)), client_(std::move(access)),
      reporter_([this](const std::stop_token& stop) { report(stop); }),
      informer_(std::make_unique<kube::Informer>(
          client_, kube::collection(kube::greetings(), space_),
          kube::Observer{[this](const kube::List& list) { take_all(list); },
                         [this](const kube::Event& event) { take(event); },
                         [this](const std::optional<Error>& away) { set_availability(away); },
                         [this](std::span<const Json> items, bool is_first) { take_piece(items, is_first); }},
          kube::Selection(), longest_pause)) {}

KubernetesStore::~KubernetesStore() = default;

Result<Store::Contents> KubernetesStore::load() {
  {
    std::unique_lock lock(state_mutex_);
    const auto deadline = Clock::now() + options_.wait;
    state_changed_.wait(lock, [this] { return tried_; });
    if (!state_changed_.wait_until(lock, deadline, [this] { return status_.loaded; })) return away_;
  }
  auto all = contents();
  told_ = all.sequence;
  return all;
}

Store::Contents KubernetesStore::contents() const {
  const std::lock_guard lock(data_mutex_);
  Contents contents;
  contents.sequence = sequence_;
  contents.greetings.reserve(greetings_.size());
  for (const auto& [key, greeting] : greetings_) contents.greetings.push_back({key.first, *greeting});
  return contents;
}

void KubernetesStore::listen(Listener listener) {
  const std::lock_guard lock(apply_mutex_);
  listener_ = std::move(listener);
  if (listener_.refused)
    for (const auto& [name, object] : objects_)
      if (!object.fault.empty()) listener_.refused(name, object.fault);
  if (!status().loaded || !listener_.replaced) return;
  if (const auto all = contents(); all.sequence != told_) listener_.replaced(all); // what came in between
}

StoreStatus KubernetesStore::status() const {
  const std::lock_guard lock(state_mutex_);
  auto status = status_;
  status.refused = refused_;
  return status;
}

std::optional<Error> KubernetesStore::away() {
  std::unique_lock lock(state_mutex_);
  state_changed_.wait(lock, [this] { return tried_; });
  return status_.up && status_.loaded ? std::nullopt : std::optional(away_);
}

Result<Store::History> KubernetesStore::changes_after(const std::string& customer, std::uint64_t sequence,
                                                      std::size_t most) {
  if (const auto loaded = status().loaded; !loaded) return Error{ErrorCode::unavailable, "the store was not read yet"};
  const std::lock_guard lock(data_mutex_);
  History history;
  history.complete = sequence >= forgotten_ && sequence <= sequence_;
  auto at = std::upper_bound(log_.begin(), log_.end(), sequence,
                             [](std::uint64_t after, const Logged& entry) { return after < entry.change.sequence; });
  for (; at != log_.end() && history.changes.size() < most; ++at)
    if (at->change.customer == customer) history.changes.push_back(at->change);
  return history;
}

// The ConfigMap as it is, or was a moment ago: one question serves all customers. Where there is none, as it will be
// made.
std::optional<Error> KubernetesStore::look_at_counts() {
  if (!counts_.is_null() && Clock::now() - counts_seen_ < counts_hold) return {};
  counts_ = {};
  auto there = client_.get(config_maps(space_) + "/" + visits_name);
  if (!there && there.error().code != ErrorCode::not_found) return there.error();
  keep_counts(there ? std::move(there.value())
                    : Json{{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", visits_name}}}});
  return {};
}

void KubernetesStore::keep_counts(Json there) {
  there["metadata"].erase("managedFields");
  if (!there.contains("data")) there["data"] = Json::object();
  counts_size_ = bytes(there["data"]);
  counts_ = std::move(there);
  counts_seen_ = Clock::now();
}

// Each is a write of the whole for the whole cluster, whose etcd keeps every one of them for minutes.
std::chrono::milliseconds KubernetesStore::visits_every() const {
  return std::max(least_between_counts, std::chrono::seconds(counts_size_ / counts_rate));
}

std::optional<Error> KubernetesStore::add(const VisitBatch& batch) {
  const std::lock_guard lock(visits_mutex_);
  if (auto reason = away()) return reason;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    if (auto error = look_at_counts()) return error;
    auto changed = std::exchange(counts_, {});
    const auto given_up = count(changed["data"], batch, today());
    if (!given_up) return {};
    const bool is_there = changed["metadata"].contains("resourceVersion");
    auto stored = is_there ? client_.replace(config_maps(space_) + "/" + visits_name, changed)
                           : client_.create(config_maps(space_), changed);
    if (stored) {
      keep_counts(std::move(stored.value()));
      const std::lock_guard apply_lock(apply_mutex_);
      if (*given_up > 0 && listener_.given_up) listener_.given_up(*given_up);
      return {};
    }
    const auto code = stored.error().code;
    if (code != ErrorCode::conflict && (code != ErrorCode::not_found || !is_there)) return stored.error();
  }
  return Error{ErrorCode::unavailable, "others count visits all the time"};
}

Result<std::vector<Visits>> KubernetesStore::visits(const std::string& customer) {
  const std::lock_guard lock(visits_mutex_);
  if (auto reason = away()) return *reason;
  if (auto error = look_at_counts()) return *error;
  return visits_of(counts_["data"], customer);
}

} // namespace greeter::kubernetes
