#include "http/api/events.hpp"

#include "greeting/greeting_json.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace greeter::api {

namespace {

// Whoever is further behind reads everything anew with less effort.
constexpr std::size_t most_replayed = 5'000;

std::string event(const Change& change) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", change.sequence,
                     change.kind == Write::Kind::put ? "put" : "delete", to_json(change.greeting).dump());
}

std::string reset_event(std::uint64_t sequence, std::string_view reason) {
  return fmt::format("id: {}\nevent: reset\ndata: {}\n\n", sequence, nlohmann::ordered_json{{"reason", reason}}.dump());
}

// What happened after `after`; a reset where that can't be told. Moves `newest` on to what the log has.
std::string missed(const std::string& customer, std::uint64_t after, std::uint64_t& newest, Store* store) {
  if (after > newest) return reset_event(newest, "this id has not been yet: the store is another one");
  if (!store) return {};
  const auto history = store->changes_after(customer, after, most_replayed + 1);
  if (!history) return reset_event(newest, "the store can't be asked for what happened since");
  if (!history.value().complete) return reset_event(newest, "the log does not go back that far");
  if (history.value().changes.size() > most_replayed) return reset_event(newest, "too much has happened since");
  std::string events;
  for (const auto& change : history.value().changes) events += event(change);
  if (!history.value().changes.empty()) newest = std::max(newest, history.value().changes.back().sequence);
  return events;
}

} // namespace

void EventHub::take(std::span<const Change> changes) {
  const std::lock_guard lock(mutex_);
  if (!changes.empty()) sequence_ = changes.back().sequence;
  forget_gone();
  if (members_.empty()) return;
  std::vector<std::string> events; // each made once, however many follow
  events.reserve(changes.size());
  for (const auto& change : changes) events.push_back(event(change));
  for (const auto& stream : members_) {
    std::string news;
    for (std::size_t i = 0; i < changes.size(); ++i)
      if (changes[i].customer == stream.customer && changes[i].sequence > stream.last) news += events[i];
    if (!news.empty()) stream.reply.stream(std::move(news));
  }
}

void EventHub::reset(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  sequence_ = sequence;
  forget_gone();
  for (auto& stream : members_) {
    stream.last = sequence;
    stream.reply.stream(reset_event(sequence, "the store has changed in ways that are not known"));
  }
}

// Under the lock for the whole of it: between what the log has and what take() brings there is no gap.
bool EventHub::attach(const std::string& customer, std::optional<std::uint64_t> after, Store* store, std::string head,
                      const DeferredReply& reply) {
  const std::lock_guard lock(mutex_);
  forget_gone();
  if (members_.size() >= most_streams_) return false;
  auto last = sequence_;
  const auto events = after ? missed(customer, *after, last, store) : std::string();
  reply.stream(fmt::format("{}: connected\nid: {}\n\n{}", head, after.value_or(last), events));
  members_.push_back({customer, last, reply});
  streams_ = members_.size();
  return true;
}

void EventHub::beat() {
  const std::lock_guard lock(mutex_);
  forget_gone();
  for (const auto& stream : members_) stream.reply.stream(": alive\n\n");
}

void EventHub::forget_gone() {
  std::erase_if(members_, [](const Stream& stream) { return stream.reply.is_gone(); });
  streams_ = members_.size();
}

} // namespace greeter::api
