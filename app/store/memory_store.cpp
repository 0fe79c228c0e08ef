#include "store/memory_store.hpp"

#include "store/rules.hpp"

namespace greeter {

Result<Store::Contents> MemoryStore::load() {
  const std::lock_guard lock(data_mutex_);
  Contents contents;
  contents.sequence = sequence_;
  contents.greetings.reserve(greetings_.size());
  for (const auto& [key, greeting] : greetings_) contents.greetings.push_back({key.first, greeting});
  return contents;
}

std::vector<Result<Change>> MemoryStore::write(std::span<const Write> writes) {
  const std::lock_guard lock(write_mutex_);
  std::vector<Result<Change>> results;
  std::vector<Change> changes;
  results.reserve(writes.size());
  {
    const std::lock_guard data(data_mutex_);
    time_ = time_after(time_);
    for (const auto& write : writes) {
      results.push_back(apply(write));
      if (results.back() && is_change(write.kind)) changes.push_back(results.back().value());
    }
    forget_old_changes();
  }
  if (listener_.changed && !changes.empty()) listener_.changed(changes);
  return results;
}

Result<Change> MemoryStore::apply(const Write& write) {
  const std::pair key(write.customer, write.greeting.id);
  const auto found = greetings_.find(key);
  if (auto no = objection(write, found == greetings_.end() ? 0 : found->second.revision)) return *no;
  if (write.kind == Write::Kind::confirm) {
    const auto greeting = found == greetings_.end() ? Greeting() : found->second;
    return Change{greeting.revision, write.kind, write.customer, greeting};
  }
  Change change{++sequence_, write.kind, write.customer, {}};
  if (write.kind == Write::Kind::erase) {
    change.greeting = std::move(found->second);
    greetings_.erase(found);
  } else {
    const auto created = found == greetings_.end() ? std::nullopt : found->second.created_at;
    change.greeting = as_stored(write.greeting, sequence_, created, time_);
    greetings_.insert_or_assign(key, change.greeting);
  }
  log_.push_back({change, time_});
  return change;
}

void MemoryStore::forget_old_changes() {
  while (!log_.empty() && (log_.size() > most_changes_ || log_.front().time + changes_kept_ < time_)) log_.pop_front();
}

Result<Store::History> MemoryStore::changes_after(const std::string& customer, std::uint64_t sequence,
                                                  std::size_t most) {
  const std::lock_guard lock(data_mutex_);
  const auto kept_from = sequence_ - log_.size(); // the log has all that came after it
  History history;
  history.complete = sequence >= kept_from && sequence <= sequence_;
  for (auto at = sequence > kept_from ? sequence - kept_from : 0; at < log_.size(); ++at) {
    if (history.changes.size() == most) break;
    if (const auto& change = log_[at].change; change.customer == customer) history.changes.push_back(change);
  }
  return history;
}

std::optional<Error> MemoryStore::add(const VisitBatch& batch) {
  const std::lock_guard lock(data_mutex_);
  forget_old_days();
  auto& source = sources_[batch.source];
  if (batch.number <= source.number) return {};
  source = {batch.number, day_};
  for (const auto& visits : batch.visits)
    visits_[{visits.customer, kept_day(visits.day, day_), visits.greeting}] += visits.count;
  return {};
}

void MemoryStore::forget_old_days() {
  const auto now = today();
  if (day_ == now) return;
  day_ = now;
  std::erase_if(sources_, [now](const auto& source) { return source.second.day < now - sources_kept; });
  for (auto at = visits_.begin(); at != visits_.end();) {
    const auto& [customer, day, greeting] = at->first;
    const auto kept = kept_day(day, now);
    if (kept == day) {
      ++at;
      continue;
    }
    visits_[{customer, kept, greeting}] += at->second; // sorted before this one
    at = visits_.erase(at);
  }
}

Result<std::vector<Visits>> MemoryStore::visits(const std::string& customer) {
  const std::lock_guard lock(data_mutex_);
  std::vector<Visits> all;
  for (auto at = visits_.lower_bound({customer, std::chrono::sys_days::min(), {}});
       at != visits_.end() && at->first.customer == customer; ++at)
    all.push_back({customer, at->first.greeting, at->first.day, at->second});
  return all;
}

void MemoryStore::listen(Listener listener) {
  const std::lock_guard lock(write_mutex_);
  listener_ = std::move(listener);
}

} // namespace greeter
