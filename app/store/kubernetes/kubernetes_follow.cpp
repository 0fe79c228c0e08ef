// What a KubernetesStore does by itself: takes over what the informer brings, and says what it can't take over.
#include "store/kubernetes/kubernetes_store.hpp"
#include "store/rules.hpp"

#include <algorithm>

namespace greeter::kubernetes {

namespace {

constexpr auto manager = "greeter";          // of the status' fields
constexpr std::size_t most_changes = 10'000; // a kB each, of a memory that may be 64 MiB

} // namespace

void KubernetesStore::take_piece(std::span<const Json> items, bool is_first) {
  if (is_first) reading_.clear();
  for (const auto& object : items) reading_.push_back(read_object(object, space_));
}

void KubernetesStore::take_all(const kube::List& list) {
  const auto all = std::exchange(reading_, {});
  const auto version = version_of({{"metadata", {{"resourceVersion", list.version}}}});
  {
    const std::lock_guard lock(apply_mutex_);
    const auto before = std::exchange(objects_, {});
    bool same = status().loaded && before.size() == all.size();
    refused_ = 0;
    for (const auto& seen : all) {
      const auto found = before.find(seen.name);
      same = same && found != before.end() && found->second.version == seen.version;
      if (found != before.end()) objects_[seen.name].fault = found->second.fault; // which is known already
      apply(seen, false);
    }
    seen_ = std::max(seen_, version);
    if (!same && in_call_) replaced_ = true;
    else if (!same) publish_all(seen_);
  }
  applied_.notify_all();
}

void KubernetesStore::take(const kube::Event& event) {
  {
    const std::lock_guard lock(apply_mutex_);
    seen_ = std::max(seen_, version_of(event.object));
    if (event.kind != kube::Event::Kind::bookmark) {
      const auto change = apply(read_object(event.object, space_), event.kind == kube::Event::Kind::deleted);
      if (change && in_call_) held_back_.push_back(*change);
      else if (change) publish(std::span(&*change, 1));
    }
  }
  applied_.notify_all();
}

// The change that it means for the listener, if any.
std::optional<Change> KubernetesStore::apply(const Seen& seen, bool deleted) {
  const auto before = objects_[seen.name];
  if (seen.version <= before.version) return {}; // an old story
  refused_ -= before.version > 0 && !before.fault.empty() ? 1 : 0;
  const auto& [customer, greeting] = seen.stored;
  const bool sound = !deleted && seen.fault.empty();
  if (deleted) objects_.erase(seen.name);
  else {
    objects_[seen.name] = {seen.version, customer, sound ? std::make_shared<const Greeting>(greeting) : nullptr,
                           seen.fault};
    judge(seen, before.fault);
  }
  if (sound) {
    time_ = std::max(time_, greeting.updated_at.value_or(time_));
    return Change{seen.version, Write::Kind::put, customer, greeting};
  }
  if (before.greeting) return Change{seen.version, Write::Kind::erase, before.customer, *before.greeting};
  return {};
}

// People see what is wrong in the log, and in the object itself.
void KubernetesStore::judge(const Seen& seen, const std::string& fault_before) {
  refused_ += seen.fault.empty() ? 0 : 1;
  if (seen.going) return;
  if (!seen.fault.empty() && seen.fault != fault_before && listener_.refused) listener_.refused(seen.name, seen.fault);
  // What another instance has said stands: it may know other rules, and would answer.
  if (seen.fault == seen.complaint || seen.judged == seen.generation) return;
  {
    const std::lock_guard lock(report_mutex_);
    reports_[seen.name] = status_of(seen, space_, now());
  }
  reports_waiting_.notify_one();
}

void KubernetesStore::publish(std::span<const Change> changes) {
  {
    const std::lock_guard lock(data_mutex_);
    const auto time = now();
    const auto most = std::min(most_changes, options_.most_changes);
    for (const auto& change : changes) {
      const std::pair key(change.customer, change.greeting.id);
      if (change.kind == Write::Kind::put) greetings_[key] = std::make_shared<const Greeting>(change.greeting);
      else greetings_.erase(key);
      log_.push_back({change, time});
    }
    sequence_ = changes.back().sequence;
    while (!log_.empty() && (log_.size() > most || log_.front().time + options_.changes_kept < time)) {
      forgotten_ = log_.front().change.sequence;
      log_.pop_front();
    }
  }
  if (listener_.changed) listener_.changed(changes);
}

// What happened in between is not known.
void KubernetesStore::publish_all(std::uint64_t sequence) {
  {
    const std::lock_guard lock(data_mutex_);
    greetings_.clear();
    for (const auto& [name, object] : objects_)
      if (object.greeting) greetings_[{object.customer, object.greeting->id}] = object.greeting;
    log_.clear();
    forgotten_ = sequence_ = sequence;
  }
  {
    const std::lock_guard lock(state_mutex_);
    if (status_.loaded) ++status_.resets;
    status_.loaded = status_.up = tried_ = true;
  }
  state_changed_.notify_all();
  if (listener_.replaced) listener_.replaced(contents());
}

void KubernetesStore::set_availability(const std::optional<Error>& away) {
  bool news = false;
  {
    const std::lock_guard lock(state_mutex_);
    news = away.has_value() != std::exchange(was_away_, away.has_value());
    if (news && !away) ++status_.reconnects;
    if (away) away_ = *away;
    status_.up = !away;
    tried_ = true;
  }
  state_changed_.notify_all();
  const std::lock_guard lock(apply_mutex_);
  if (news && listener_.availability) listener_.availability(away);
}

void KubernetesStore::report(const std::stop_token& stop) {
  for (;;) {
    std::pair<std::string, Json> one;
    {
      std::unique_lock lock(report_mutex_);
      if (!reports_waiting_.wait(lock, stop, [this] { return !reports_.empty(); })) return;
      one = *reports_.begin();
      reports_.erase(reports_.begin());
    }
    // Without the right to, or when the object is gone meanwhile, the log has to do.
    (void)client_.apply(kube::path(kube::greetings(), space_, one.first), one.second,
                        {.manager = manager, .force = true, .status = true});
  }
}

} // namespace greeter::kubernetes
