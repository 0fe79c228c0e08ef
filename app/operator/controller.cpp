#include "operator/controller.hpp"

#include "http/metrics_writer.hpp"
#include "operator/kinds.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace greeter::control {

namespace {

constexpr auto pause = std::chrono::milliseconds(100);

// Nothing can be done where nobody knows what is there.
Error unread(std::size_t kind, const std::string& reason) {
  return {ErrorCode::unavailable,
          fmt::format("what there is of kind {} could not be read yet: {}", managed_kinds()[kind].kind, reason)};
}

// A request that is not answered must not outlast the lease: not one for the lease itself, nor a write, which would be
// done beside those of the next to hold it.
kube::Access impatient(kube::Access access, std::chrono::milliseconds lease) {
  access.connect_timeout = std::min(access.connect_timeout, lease / 3);
  access.timeout = std::min(access.timeout, lease / 3);
  return access;
}

} // namespace

Controller::Controller(const kube::Access& access, std::shared_ptr<const Template> made_by, ControllerOptions options,
                       Log& log)
    : log_(log), options_(std::move(options)), client_(impatient(access, options_.lease.duration)), reader_(access),
      customers_(std::move(made_by)), queue_(options_.backoff),
      cluster_(
          client_, [this] { return !stopping_ && lease_->holds() && options_.may_write(); }, counts_,
          options_.lease.identity),
      reconciler_(
          cluster_, customers_, children_, options_.lease.space, [this](const Customers::Names& names) { add(names); },
          log) {
  const auto on_change = [this](bool leads) {
    const std::lock_guard lock(mutex_);
    leads_ = leads;
    update_working();
  };
  lease_ = std::make_unique<Lease>(client_, options_.lease, on_change, log);
  discovery_ = std::jthread([this](const std::stop_token& stop) { discover(stop); });
  for (unsigned i = 0; i < options_.workers; ++i)
    workers_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

Controller::~Controller() {
  stopping_ = true; // no write from now on
  for (auto& worker : workers_) worker.request_stop();
  discovery_.request_stop();
  workers_.clear();
  discovery_.join();
  std::vector<Followed> followed;
  {
    const std::lock_guard lock(mutex_);
    followed.swap(followed_);
  }
  followed.clear();
  lease_.reset(); // last: somebody else may go on now
}

void Controller::use(std::shared_ptr<const Template> made_by) { add(customers_.use(std::move(made_by))); }

// What a customer left behind may change as it likes.
void Controller::add(const Customers::Names& names) {
  for (const auto& name : names)
    if (customers_.contains(name)) queue_.add(name);
}

// With the lock held.
void Controller::update_working() {
  const bool works = leads_ && has_seen_enough();
  if (works == working_) return;
  working_ = works;
  if (works) add(customers_.names()); // whatever another one did in the meantime
  changed_.notify_all();
}

// With the lock held. Without customers and namespaces nothing can be done; any other kind that can't be listed is
// missed by the classes that have it.
bool Controller::has_seen_enough() const {
  const auto waits = [now = Clock::now()](const auto& kind) {
    return kind.first == customers_kind || kind.first == namespace_kind || now < kind.second;
  };
  return discovered_ && std::none_of(waited_for_.begin(), waited_for_.end(), waits);
}

// All kinds at first; then those that the template wants and the cluster does not have: somebody may install them.
void Controller::discover(const std::stop_token& stop) {
  follow(customers_kind, kube::customers());
  bool discovered = false;
  while (!stop.stop_requested()) {
    std::string unreachable;
    for (std::size_t kind = 0; kind < managed_kinds().size() && !stop.stop_requested(); ++kind)
      if (!cluster_.knows(kind) && (!discovered || customers_.made_by()->wants(kind)))
        if (const auto error = discover_kind(kind)) unreachable = error->message;
    discovered = discovered || unreachable.empty();
    std::unique_lock lock(mutex_);
    discovered_ = discovered;
    unreachable_ = unreachable;
    update_working();
    changed_.wait_for(lock, stop, options_.discovery, [] { return false; });
  }
}

// An error: whether the cluster has that kind is not known.
std::optional<Error> Controller::discover_kind(std::size_t kind) {
  const auto& managed = managed_kinds()[kind];
  const auto place = client_.kind(std::string(managed.api_version), std::string(managed.kind));
  if (!place && place.error().code == ErrorCode::not_found) return {};
  if (!place) return place.error();
  if (managed.secret) {
    cluster_.know(kind, place.value());
  } else if (follows(kind, place.value())) {
    cluster_.know(kind, unread(kind, "it was not asked for yet"));
    follow(kind, place.value());
  }
  return {};
}

// What no class has is only looked for to be removed, where there is the right to.
bool Controller::follows(std::size_t kind, const kube::Kind& place) {
  if (kind <= 1 || customers_.made_by()->wants(kind)) return true;
  const auto seen = client_.get(kube::collection(place) + "?limit=1&labelSelector=" + customer_label);
  if (!seen)
    log_.info("not followed: no class has any",
              {{"what", std::string_view(place.plural)}, {"reason", std::string_view(seen.error().message)}});
  return static_cast<bool>(seen);
}

void Controller::follow(std::size_t kind, const kube::Kind& place) {
  const bool customers = kind == customers_kind;
  const bool whole = customers || kind == deployment_kind;
  const kube::Selection selection{.labels = customers ? "" : customer_label, .metadata_only = !whole};
  const std::lock_guard lock(mutex_);
  waited_for_.emplace(kind, Clock::now() + options_.patience);
  followed_.push_back({place.plural, std::make_unique<kube::Informer>(reader_, kube::collection(place),
                                                                      observer(kind, place), selection)});
}

void Controller::listed(std::size_t kind, const Customers::Names& changed) {
  add(changed);
  const std::lock_guard lock(mutex_);
  const bool late = waited_for_.erase(kind) > 0 && working_;
  if (late) add(customers_.names()); // some may have failed for want of it
  update_working();
}

kube::Observer Controller::observer(std::size_t kind, const kube::Kind& place) {
  const bool customers = kind == customers_kind;
  const auto listed_all = [this, kind, customers, place](const kube::List& list) {
    const auto changed = customers ? customers_.replace(list) : children_.replace(kind, list);
    if (!customers) cluster_.know(kind, place);
    listed(kind, changed);
  };
  const auto changed_one = [this, kind, customers](const kube::Event& event) {
    if (event.kind == kube::Event::Kind::bookmark) return;
    const bool gone = event.kind == kube::Event::Kind::deleted;
    if (customers) return add(gone ? customers_.erase(event.object) : customers_.put(event.object));
    add(gone ? children_.erase(kind, event.object) : children_.put(kind, event.object));
  };
  const auto availability = [this, kind, name = place.plural](const std::optional<Error>& away) {
    if (!away) return log_.info("following", {{"what", std::string_view(name)}});
    log_.warning("can't follow", {{"what", std::string_view(name)}, {"reason", std::string_view(away->message)}});
    const std::lock_guard lock(mutex_);
    if (kind != customers_kind && waited_for_.contains(kind)) cluster_.know(kind, unread(kind, away->message));
  };
  return {.listed = listed_all, .changed = changed_one, .availability = availability};
}

void Controller::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return working_; })) return;
    }
    const auto name = queue_.take(stop);
    if (!name) return;
    if (cluster_.stopped()) {
      drop(*name, stop);
      continue;
    }
    const auto began = std::chrono::steady_clock::now();
    const auto outcome = reconciler_.reconcile(*name);
    counts_.looked(outcome, std::chrono::steady_clock::now() - began);
    switch (outcome) {
    case Outcome::unchanged:
    case Outcome::changed:
    case Outcome::refused: queue_.done(*name); break;
    case Outcome::waiting:
    case Outcome::failed: queue_.failed(*name); break;
    case Outcome::stopped: drop(*name, stop); break;
    }
  }
}

// The lease is over, which its thread is about to find out.
void Controller::drop(const std::string& name, const std::stop_token& stop) {
  queue_.dropped(name);
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, pause, [this] { return !working_; });
}

std::string Controller::metrics() const {
  MetricsWriter out;
  out.family("greeter_operator_reconciles_total", "counter", "Looks at a customer, by how they ended.");
  for (std::size_t i = 0; i < outcome_names.size(); ++i)
    out.sample(counts_.outcomes.at(i).load(), fmt::format(R"(result="{}")", outcome_names.at(i)));
  out.family("greeter_operator_reconcile_duration_seconds", "histogram", "How long a look at a customer took.");
  std::uint64_t below = 0;
  for (std::size_t i = 0; i <= Counts::bounds.size(); ++i) {
    below += counts_.durations.at(i);
    const auto bound = i < Counts::bounds.size() ? fmt::format("{}", Counts::bounds.at(i)) : "+Inf";
    out.sample(below, fmt::format(R"(le="{}")", bound), "_bucket");
  }
  out.sample(static_cast<double>(counts_.microseconds) / 1e6, {}, "_sum");
  out.sample(below, {}, "_count");
  out.family("greeter_operator_requests_total", "counter",
             "Requests to the API server for customers, by what they do.");
  for (std::size_t i = 0; i < verb_names.size(); ++i)
    out.sample(counts_.requests.at(i).load(), fmt::format(R"(verb="{}")", verb_names.at(i)));
  out.single("greeter_operator_queue_depth", "gauge", "Customers to be looked at now.", queue_.depth());
  out.single("greeter_operator_queue_waiting", "gauge", "Customers to be looked at again later.", queue_.waiting());
  out.single("greeter_operator_leader", "gauge", "1 for the one that works.", leads() ? 1 : 0);
  write_customers(out);
  out.single("greeter_operator_templates_refused_total", "counter",
             "Templates that made no sense; the last good one holds.", counts_.templates_refused.load());
  write_informers(out);
  write_process(out);
  return out.take();
}

void Controller::write_customers(MetricsWriter& out) const {
  const auto [unready, all] = customers_.unready_of_all();
  out.family("greeter_operator_customers", "gauge", "Customers, by whether they are ready.");
  out.sample(all - unready.size(), R"(ready="true")");
  out.sample(unready.size(), R"(ready="false")");
  out.family("greeter_operator_customer_unready_since_timestamp_seconds", "gauge",
             "Since when a customer has not been ready; those that are have none.");
  for (const auto& [name, reason, since] : unready)
    if (since)
      out.sample(std::chrono::floor<std::chrono::seconds>(*since).time_since_epoch().count(),
                 fmt::format(R"(customer="{}",reason="{}")", metric_label(name), metric_label(reason)));
}

void Controller::write_informers(MetricsWriter& out) const {
  const std::lock_guard lock(mutex_);
  const auto family = [&](const char* name, const char* type, const char* help, auto&& value) {
    out.family(name, type, help);
    for (const auto& followed : followed_)
      out.sample(value(followed.informer->status()), fmt::format(R"(resource="{}")", followed.name));
  };
  using Status = kube::InformerStatus;
  family("greeter_operator_informer_synced", "gauge", "1 when all objects were read once.",
         [](const Status& status) { return status.synced ? 1 : 0; });
  family("greeter_operator_informer_up", "gauge", "0 while the API server can't be followed.",
         [](const Status& status) { return status.up ? 1 : 0; });
  family("greeter_operator_informer_lists_total", "counter", "Times all objects were read.",
         [](const Status& status) { return status.lists; });
  family("greeter_operator_informer_watches_total", "counter", "Watches begun.",
         [](const Status& status) { return status.watches; });
  family("greeter_operator_informer_events_total", "counter", "Changes told of.",
         [](const Status& status) { return status.events; });
}

std::string Controller::unready() const {
  const std::lock_guard lock(mutex_);
  if (has_seen_enough()) return "";
  if (!unreachable_.empty()) return "the API server was not reached yet: " + unreachable_;
  return "the cluster's objects have not been read yet";
}

} // namespace greeter::control
