#include "operator/reconciler.hpp"

#include "base/text.hpp"
#include "operator/kinds.hpp"
#include "operator/ownership.hpp"
#include "operator/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace greeter::control {

namespace {

constexpr auto manager_label = "app.kubernetes.io/managed-by"; // scripts/kube.sh sets it, too

std::string label_of(const Json& object, const std::string& label) {
  const auto& metadata = object.at("metadata");
  const auto labels = metadata.find("labels");
  return labels == metadata.end() ? std::string() : labels->value(label, "");
}

// Kubernetes' own, whose loss would be the cluster's.
bool is_reserved(const std::string& space, const std::string& own) {
  return space == own || space == "default" || space.starts_with("kube-");
}

std::string joined(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, ", ")); }

} // namespace

Reconciler::Reconciler(Cluster& cluster, Customers& customers, Children& children, std::string own_space,
                       std::function<void(const Customers::Names&)> look_at, Log& log)
    : cluster_(cluster), customers_(customers), children_(children), own_space_(std::move(own_space)),
      look_at_(std::move(look_at)), log_(log) {}

bool Reconciler::remembers(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  return remembered_.contains(key);
}

bool Reconciler::remember(const std::string& key) {
  const std::lock_guard lock(mutex_);
  return remembered_.insert(key).second;
}

// One look at one customer. Steps return nothing when the next one may follow.
class Reconciler::Look {
public:
  Look(Reconciler& in, CustomerObject customer) : in_(in), customer_(std::move(customer)), name_(customer_.name) {}

  Outcome run() {
    if (customer_.deleting) return remove();
    const auto made_by = in_.customers_.made_by();
    if (const auto fault = made_by->class_fault(customer_.spec))
      return refuse({false, unknown_class, control::in_words(*fault)});
    const auto read = made_by->read(customer_.spec, name_);
    if (!read.faults.empty()) return refuse({false, invalid, in_words(read.faults)});
    if (const auto conflict = in_.customers_.conflict(name_)) return refuse(in_words(*conflict));
    if (const auto end = look_at_namespace()) return *end;
    if (const auto end = add_finalizer()) return *end;
    const auto wanted = made_by->fill(read.customer, customer_.spec);
    for (const auto& one : wanted)
      if (const auto end = apply(one)) return *end;
    if (const auto end = prune(wanted, *made_by)) return *end;
    hurry_config();
    tell_of_changes();
    return report(wanted, read.customer.hosts);
  }

private:
  bool had_all() const { // it was all made once, for what the customer still says
    const auto before = ready_in(customer_.status).reason;
    return customer_.status.value("observedGeneration", std::int64_t{0}) == customer_.generation &&
           (before == available || before == progressing);
  }

  static std::string in_words(const std::vector<FieldFault>& faults) {
    std::string text;
    for (const auto& fault : faults) text += (text.empty() ? "" : "; ") + control::in_words(fault);
    return text;
  }

  static Ready in_words(const Conflict& conflict) {
    const bool host = conflict.claim.kind == ClaimKind::host;
    return {false, host ? host_taken : name_taken,
            fmt::format("{} {} is that of customer {}, which is older: use another", host ? "host" : "spec.name",
                        in_quotes(conflict.claim.value), conflict.owner)};
  }

  static std::string in_words(std::size_t kind, std::string_view name) { return control::in_words(kind, name); }

  // The namespace that is called as the customer is.
  struct Space {
    Child child;
    bool ours;
    bool by_greeter = false; // made for a release of Helm, or a customer
  };

  // As the informer told of it, else as the API server has it; nothing: there is none.
  Result<std::optional<Space>> find_namespace() {
    if (auto known = known_namespace()) return std::optional(Space{std::move(*known), true});
    const auto there = in_.cluster_.get(namespace_kind, "", name_);
    if (!there && there.error().code == ErrorCode::not_found) return std::optional<Space>();
    if (!there) return there.error();
    auto child = read_child(namespace_kind, there.value());
    // Whoever takes its label away does not make it another's: fields that were applied, and a finalizer, are ours.
    const bool ours = child.customer == name_ || (has_finalizer() && !child.owned.empty());
    return std::optional(Space{std::move(child), ours, label_of(there.value(), manager_label) == "greeter"});
  }

  // All that is in the namespace goes with the customer one day: so it has to be one that was made for a release of
  // this name. Else whoever may write Customers could delete any.
  Result<bool> may_adopt(const Space& space) {
    if (!customer_.adopt || !space.by_greeter) return false;
    const auto there = in_.cluster_.get(deployment_kind, name_, "greeter-" + name_);
    if (!there && there.error().code == ErrorCode::not_found) return false;
    if (!there) return there.error();
    return label_of(there.value(), "app.kubernetes.io/name") == "greeter" &&
           label_of(there.value(), "app.kubernetes.io/instance") == name_;
  }

  bool has_finalizer() const {
    return std::find(customer_.finalizers.begin(), customer_.finalizers.end(), finalizer) != customer_.finalizers.end();
  }

  // The informer tells of namespaces with our label; whose it is stands in there.
  std::optional<Child> known_namespace() const {
    auto known = in_.children_.find({namespace_kind, "", name_});
    return known && known->customer == name_ ? known : std::nullopt;
  }

  bool is_reserved() const { return control::is_reserved(name_, in_.own_space_); }

  std::optional<Outcome> look_at_namespace() {
    if (is_reserved())
      return refuse(
          {false, namespace_taken, fmt::format("namespace {} is no customer's: use another metadata.name", name_)});
    const auto there = find_namespace();
    if (!there) return fail(there.error(), "namespace " + name_);
    const auto& space = there.value();
    if (!space) return {};
    if (!space->ours) {
      const auto adopts = may_adopt(*space);
      if (!adopts) return fail(adopts.error(), "namespace " + name_);
      if (!adopts.value()) return refuse_namespace();
      adopted_ = true;
    }
    if (!space->child.deleting) return {};
    return refuse(
        {false, namespace_terminating, fmt::format("namespace {} is being deleted; it is made again then", name_)},
        Outcome::waiting);
  }

  Outcome refuse_namespace() {
    const auto reason =
        fmt::format("namespace {0} is there already and not of this customer: use another metadata.name. To take it "
                    "over with all that is in it, it has to have the label {1}: greeter and a release of Greeter "
                    "called {0}, and the Customer the annotation {2}: \"true\"",
                    name_, manager_label, adopt_annotation);
    return refuse({false, namespace_taken, reason}, Outcome::waiting); // it may go, and nobody tells
  }

  std::optional<Outcome> add_finalizer() {
    if (has_finalizer()) return {};
    auto with = customer_.finalizers;
    with.emplace_back(finalizer);
    const auto patched = in_.cluster_.patch_customer(customer_, {{"finalizers", with}});
    if (!patched) return fail(patched.error(), "finalizer");
    in_.customers_.put(patched.value());
    customer_ = read_object(patched.value());
    return {};
  }

  std::optional<Outcome> apply(const Wanted& wanted) {
    const auto& kind = managed_kinds()[wanted.kind];
    if (kind.secret) return make_secret(wanted);
    const auto space = wanted.kind == namespace_kind ? std::string() : name_;
    const auto known = in_.children_.find({wanted.kind, space, wanted.name});
    if (known && known->deleting) { // what goes has to be gone first; the informer tells
      waiting_ = true;
      return {};
    }
    if (known && known->hash == wanted.hash && owns(known->owned, wanted.object)) return {};
    const auto applied = in_.cluster_.apply(wanted.kind, wanted.object);
    if (!applied) return fail(applied.error(), in_words(wanted.kind, wanted.name));
    in_.children_.put(wanted.kind, applied.value());
    if (known && kind.kind == "ConfigMap") config_version_ = applied.value()["metadata"].value("resourceVersion", "");
    const bool repaired = known ? known->hash == wanted.hash : had_all();
    (repaired ? repaired_ : applied_).push_back(in_words(wanted.kind, wanted.name));
    return {};
  }

  // Nobody tells whether it is still there, so it is made again where pods may be waiting for it.
  std::optional<Outcome> make_secret(const Wanted& wanted) {
    const auto key = customer_.uid + "/" + wanted.name;
    if (in_.remembers(key) && ready_in(customer_.status).ready) return {};
    const auto made = in_.cluster_.create(wanted.kind, wanted.object);
    if (!made && made.error().code != ErrorCode::conflict)
      return fail(made.error(), in_words(wanted.kind, wanted.name));
    if (made) applied_.push_back(in_words(wanted.kind, wanted.name));
    in_.remember(key);
    return {};
  }

  // Only what the operator has applied itself in the customer's namespace, whatever else carries the label.
  std::optional<Outcome> prune(const std::vector<Wanted>& wanted, const Template& made_by) {
    for (const auto& [place, child] : in_.children_.of(name_)) {
      const auto is_it = [&place = place](const Wanted& one) {
        return one.kind == place.kind && one.name == place.name;
      };
      if (place.space != name_ || child.deleting || child.kept || child.owned.empty()) continue;
      if (std::any_of(wanted.begin(), wanted.end(), is_it)) continue;
      const auto removed = in_.cluster_.remove(place.kind, place.space, place.name, child.uid);
      const bool gone = removed || removed.error().code == ErrorCode::not_found;
      if (!gone && made_by.wants(place.kind)) return fail(removed.error(), in_words(place.kind, place.name));
      if (!gone && in_.remember(child.uid)) // with its last class the right to remove it went, too
        in_.log_.warning("left behind", {{"customer", std::string_view(name_)},
                                         {"what", std::string_view(in_words(place.kind, place.name))},
                                         {"reason", std::string_view(removed.error().message)}});
      if (removed) pruned_.push_back(in_words(place.kind, place.name));
    }
    return {};
  }

  void hurry_config() {
    if (config_version_.empty()) return;
    if (const auto error = in_.cluster_.hurry(name_, config_version_))
      in_.log_.warning("a changed greeting may take a minute to be live",
                       {{"customer", std::string_view(name_)}, {"reason", std::string_view(error->message)}});
  }

  void tell_of_changes() {
    const auto tell = [this](const char* reason, const std::vector<std::string>& what, const std::string& message) {
      if (what.empty()) return;
      in_.log_.info(message, {{"customer", std::string_view(name_)}, {"reason", std::string_view(reason)}});
      event(false, reason, message);
    };
    if (adopted_) tell("Adopted", {name_}, "took over the namespace and what is in it");
    tell("Applied", applied_, "applied " + joined(applied_));
    tell("Repaired", repaired_, "put back what somebody else had changed or removed: " + joined(repaired_));
    tell("Pruned", pruned_, "removed what is no longer wanted: " + joined(pruned_));
  }

  // Nobody waits for it to succeed.
  void event(bool warning, const std::string& reason, const std::string& message) {
    if (const auto error = in_.cluster_.tell(customer_, warning, reason, message))
      in_.log_.debug("an event was lost",
                     {{"customer", std::string_view(name_)}, {"reason", std::string_view(error->message)}});
  }

  Outcome report(const std::vector<Wanted>& wanted, const std::vector<std::string>& hosts) {
    std::optional<Child> deployment;
    for (const auto& one : wanted)
      if (one.kind == deployment_kind) deployment = in_.children_.find({one.kind, name_, one.name});
    const auto* const pods = deployment ? &deployment->pods : nullptr;
    const bool changed = !applied_.empty() || !repaired_.empty() || !pruned_.empty();
    const auto outcome = waiting_ ? Outcome::waiting : changed ? Outcome::changed : Outcome::unchanged;
    return write_status(readiness(pods, hosts), outcome, hosts, replicas(pods));
  }

  // What is there stays as it is.
  Outcome refuse(const Ready& ready, Outcome outcome = Outcome::refused) { return write_status(ready, outcome); }

  Outcome write_status(const Ready& ready, Outcome outcome, const std::vector<std::string>& hosts = {},
                       const std::string& pods = "") {
    const auto before = ready_in(customer_.status);
    const auto status =
        status_of(customer_.status, customer_.generation, ready, hosts.empty() ? "" : name_, hosts, pods, now());
    if (status == customer_.status) return outcome;
    const auto written = in_.cluster_.apply_status(customer_, status);
    if (!written && written.error().code == ErrorCode::not_found) return outcome; // the customer is gone
    if (!written) return give_up(written.error(), "status");
    take(written.value());
    const bool on_its_way = ready.reason == progressing;
    if (before.reason != ready.reason || (!ready.ready && !on_its_way && before.message != ready.message))
      event(!ready.ready && !on_its_way, ready.reason, ready.message);
    return outcome;
  }

  // Somebody may have changed or deleted the customer since this look began: then the answer says so, and the informer
  // no longer will.
  void take(const Json& written) {
    auto names = in_.customers_.put(written);
    auto news = read_object(written);
    news.version = customer_.version;
    news.status = customer_.status;
    if (news == customer_) names.erase(name_);
    in_.look_at_(names);
  }

  Outcome fail(const Error& error, const std::string& what) {
    if (in_.cluster_.stopped()) return Outcome::stopped;
    write_status({false, apply_failed, what + ": " + error.message}, Outcome::failed);
    return give_up(error, what);
  }

  Outcome give_up(const Error& error, const std::string& what) {
    if (in_.cluster_.stopped()) return Outcome::stopped;
    in_.log_.warning("a customer is not as it is to be; tried again later",
                     {{"customer", std::string_view(name_)},
                      {"step", std::string_view(what)},
                      {"reason", std::string_view(error.message)}});
    return Outcome::failed;
  }

  Outcome remove() {
    if (!has_finalizer()) return Outcome::unchanged;
    if (const auto end = customer_.retained() ? let_go() : delete_namespace()) return *end;
    auto without = customer_.finalizers;
    std::erase(without, finalizer);
    const auto patched = in_.cluster_.patch_customer(customer_, {{"finalizers", without}});
    if (!patched && patched.error().code != ErrorCode::not_found) return give_up(patched.error(), "finalizer");
    in_.log_.info(customer_.retained() ? "let go of a customer; what it has stays" : "removed a customer",
                  {{"customer", std::string_view(name_)}});
    return Outcome::changed;
  }

  // Nothing: there is no namespace of this customer.
  std::optional<Outcome> delete_namespace() {
    if (is_reserved()) return {};
    const auto there = find_namespace();
    if (!there) return give_up(there.error(), "namespace " + name_);
    const auto& space = there.value();
    if (!space || !space->ours) return {};
    if (!space->child.deleting) {
      const auto removed = in_.cluster_.remove(namespace_kind, "", name_, space->child.uid);
      if (!removed && removed.error().code != ErrorCode::not_found)
        return give_up(removed.error(), "namespace " + name_);
      if (removed && removed.value().value("kind", "") == "Namespace")
        in_.children_.put(namespace_kind, removed.value());
    }
    return write_status({false, deleting, fmt::format("namespace {} is being deleted", name_)}, Outcome::waiting);
  }

  // Its label goes, so that nothing of it is taken for the operator's again unless somebody says so.
  std::optional<Outcome> let_go() {
    if (!known_namespace()) return {};
    const auto patched =
        in_.cluster_.patch(namespace_kind, name_, {{"metadata", {{"labels", {{customer_label, nullptr}}}}}});
    if (!patched && patched.error().code != ErrorCode::not_found) return give_up(patched.error(), "namespace " + name_);
    return {};
  }

  Reconciler& in_;
  CustomerObject customer_;
  const std::string name_;
  bool adopted_ = false, waiting_ = false;
  std::string config_version_; // of a ConfigMap that pods may have read as it was
  std::vector<std::string> applied_, repaired_, pruned_;
};

Outcome Reconciler::reconcile(const std::string& name) {
  auto customer = customers_.find(name);
  return customer ? Look(*this, std::move(*customer)).run() : Outcome::unchanged;
}

} // namespace greeter::control
