#include "greeting/table.hpp"

namespace greeter {

void GreetingTable::set_base(const std::vector<Greeting>& greetings) {
  for (auto& [id, entry] : entries_) entry.base = nullptr;
  for (const auto& greeting : greetings) entries_[greeting.id].base = std::make_shared<const Greeting>(greeting);
  std::erase_if(entries_, [](const auto& item) { return !item.second.seen(); });
}

void GreetingTable::put(Greeting greeting) {
  auto& entry = entries_[greeting.id];
  if (!entry.stored) ++stored_;
  entry.stored = std::make_shared<const Greeting>(std::move(greeting));
}

void GreetingTable::erase(const std::string& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || !found->second.stored) return;
  --stored_;
  found->second.stored = nullptr;
  if (!found->second.base) entries_.erase(found);
}

void GreetingTable::erase_stored() {
  for (auto& [id, entry] : entries_) entry.stored = nullptr;
  std::erase_if(entries_, [](const auto& item) { return !item.second.base; });
  stored_ = 0;
}

GreetingPtr GreetingTable::find(const std::string& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second.seen();
}

std::vector<GreetingPtr> GreetingTable::all() const {
  std::vector<GreetingPtr> all;
  all.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) all.push_back(entry.seen());
  return all;
}

std::size_t GreetingTable::stored() const { return stored_; }

} // namespace greeter
