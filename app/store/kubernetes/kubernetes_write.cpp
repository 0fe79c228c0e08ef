// How a KubernetesStore writes: each greeting by a request of its own, that holds for one version of its object.
#include "store/kubernetes/kubernetes_store.hpp"
#include "store/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace greeter::kubernetes {

namespace {

constexpr int most_attempts = 16;
constexpr auto patience = std::chrono::seconds(10); // with the informer
constexpr auto pause = std::chrono::seconds(1);     // after a write that failed
constexpr auto moment = std::chrono::milliseconds(1);

Error unsure(const std::string& why) { return {ErrorCode::uncertain, "it is not known whether it was done: " + why}; }

// Of the store, not of one write: others would meet it, too.
bool is_trouble(ErrorCode code) {
  return code == ErrorCode::unavailable || code == ErrorCode::uncertain || code == ErrorCode::internal;
}

bool is_change(const Result<Change>& result) { return result && greeter::is_change(result.value().kind); }

} // namespace

std::vector<Result<Change>> KubernetesStore::write(std::span<const Write> writes) {
  const std::lock_guard lock(write_mutex_);
  auto trouble = away();
  if (!trouble && Clock::now() < pause_until_) trouble = pause_reason_;
  if (trouble || writes.empty()) return std::vector<Result<Change>>(writes.size(), trouble.value_or(Error()));

  struct CallEnd {
    KubernetesStore& store;
    ~CallEnd() { store.end_call(); }
  } const end{*this};
  {
    const std::lock_guard apply_lock(apply_mutex_);
    in_call_ = true;
  }
  Call call;
  std::vector<Result<Change>> results;
  results.reserve(writes.size());
  for (const auto& write : writes) {
    results.push_back(trouble ? Result<Change>(*trouble) : write_one(write, call));
    if (results.back() || trouble) continue;
    const auto& [code, message] = results.back().error();
    if (is_trouble(code)) trouble = Error{ErrorCode::unavailable, message};
  }
  await(call, results);
  return results;
}

// What is there is what the informer has seen, and what this call did since. Where a write does not fit to that, the
// API server is asked: others may have written a moment ago.
Result<Change> KubernetesStore::write_one(const Write& write, Call& call) {
  const auto name = name_of(space_, write.customer, write.greeting.id);
  auto there = known(name, call);
  bool asked = false;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    auto no = objection(write, there.greeting ? there.greeting->revision : 0);
    if (no && asked) return *no;
    if (!no && (asked || write.kind != Write::Kind::confirm)) {
      auto result = send(write, name, there, call);
      if (result) return result;
      const auto code = result.error().code;
      if (code != ErrorCode::conflict && code != ErrorCode::not_found) return failed(result.error());
    }
    auto now_there = ask(name);
    if (!now_there) return failed(now_there.error());
    there = std::move(now_there.value());
    asked = true;
  }
  return Error{ErrorCode::unavailable, fmt::format("others change {} all the time", name)};
}

KubernetesStore::Held KubernetesStore::known(const std::string& name, const Call& call) {
  if (const auto own = call.find(name); own != call.end()) return own->second.there;
  const std::lock_guard lock(apply_mutex_);
  const auto found = objects_.find(name);
  return found == objects_.end() ? Held() : found->second;
}

Result<KubernetesStore::Held> KubernetesStore::ask(const std::string& name) {
  const auto object = client_.get(kube::path(kube::greetings(), space_, name));
  if (!object && object.error().code == ErrorCode::not_found) return Held();
  if (!object) return object.error();
  auto seen = read_object(object.value(), space_);
  auto greeting = seen.fault.empty() ? std::make_shared<const Greeting>(std::move(seen.stored.greeting)) : nullptr;
  return Held{seen.version, std::move(seen.stored.customer), std::move(greeting), std::move(seen.fault)};
}

// `conflict` or `not_found`: it is not `there` any more.
Result<Change> KubernetesStore::send(const Write& write, const std::string& name, const Held& there, Call& call) {
  const auto before = there.greeting ? *there.greeting : Greeting();
  if (write.kind == Write::Kind::put) return put(write, name, there, call);
  if (write.kind == Write::Kind::erase) {
    const auto removed = client_.remove(kube::path(kube::greetings(), space_, name), std::to_string(there.version));
    if (!removed) return removed.error();
    call[name] = {{}, there.version};
  }
  return Change{before.revision, write.kind, write.customer,
                before}; // of an erase, the sequence comes with the informer
}

Result<Change> KubernetesStore::put(const Write& write, const std::string& name, const Held& there, Call& call) {
  const auto created = there.greeting ? there.greeting->created_at : std::nullopt;
  const auto greeting = as_stored(write.greeting, 0, created, next_time(there));
  auto object = there.version == 0
                    ? client_.create(kube::collection(kube::greetings(), space_), new_object(name, greeting))
                    : client_.patch(kube::path(kube::greetings(), space_, name), patch_of(there.version, greeting));
  if (!object && there.version == 0 && object.error().code == ErrorCode::not_found)
    return Error{ErrorCode::unavailable, fmt::format("there is no namespace {}, or no definition of greetings: {}",
                                                     space_, object.error().message)};
  if (!object) return object.error();
  const auto seen = read_object(object.value(), space_);
  if (!seen.fault.empty()) return Error{ErrorCode::uncertain, "what came back is no greeting: " + seen.fault};
  const auto& stored = seen.stored.greeting;
  call[name] = {{seen.version, write.customer, std::make_shared<const Greeting>(stored), {}}, 0};
  return Change{seen.version, write.kind, write.customer, stored};
}

// Later than what is there: an object that stays as it is would keep its version.
Timestamp KubernetesStore::next_time(const Held& there) {
  const std::lock_guard lock(apply_mutex_);
  time_ = time_after(time_);
  if (there.greeting && there.greeting->updated_at) time_ = std::max(time_, *there.greeting->updated_at + moment);
  return time_;
}

// While the API server does not do what it is asked for, only now and then a write waits for that.
Error KubernetesStore::failed(const Error& error) {
  if (!is_trouble(error.code)) return {ErrorCode::refused, error.message};
  pause_until_ = Clock::now() + pause;
  pause_reason_ = {ErrorCode::unavailable, error.message};
  return error.code == ErrorCode::uncertain ? unsure(error.message) : pause_reason_;
}

bool KubernetesStore::has_come(const Call& call) const {
  return std::all_of(call.begin(), call.end(), [this](const auto& own) {
    const auto& [there, erased] = own.second;
    if (seen_ < std::max(there.version, erased)) return false;
    const auto found = erased ? objects_.find(own.first) : objects_.end();
    return found == objects_.end() || found->second.version > erased;
  });
}

// Waits for the informer, who knows the sequences of erases, too.
void KubernetesStore::await(const Call& call, std::vector<Result<Change>>& results) {
  std::unique_lock lock(apply_mutex_);
  if (!applied_.wait_for(lock, patience, [&] { return has_come(call); })) {
    for (auto& result : results)
      if (is_change(result)) result = unsure("Kubernetes does not tell of it");
    return;
  }
  for (auto& result : results) {
    if (!result || result.value().kind != Write::Kind::erase) continue;
    auto& change = result.value();
    const auto told = std::find_if(held_back_.begin(), held_back_.end(), [&](const Change& each) {
      return each.kind == change.kind && each.greeting.revision == change.greeting.revision;
    });
    change.sequence = told == held_back_.end() ? seen_ : told->sequence;
  }
}

void KubernetesStore::end_call() {
  const std::lock_guard lock(apply_mutex_);
  in_call_ = false;
  const auto changes = std::exchange(held_back_, {});
  if (std::exchange(replaced_, false)) publish_all(seen_);
  else if (!changes.empty()) publish(changes);
}

} // namespace greeter::kubernetes
