#include "http/admission.hpp"

#include <utility>

namespace greeter {

Admission::Admission(std::size_t total, std::size_t per_address, std::vector<Network> trusted_proxies)
    : total_(total), per_address_(per_address), trusted_proxies_(std::move(trusted_proxies)) {}

Admission::Place::Place(Place&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)), counter_(other.counter_), counted_(other.counted_) {}

Admission::Place::~Place() {
  if (!admission_) return;
  counter_->fetch_sub(1, std::memory_order_relaxed);
  if (!counted_) return;
  const std::lock_guard lock(admission_->mutex_);
  const auto entry = admission_->by_network_.find(*counted_);
  if (--entry->second == 0) admission_->by_network_.erase(entry);
}

Admission::Verdict Admission::admit(const Address& client) {
  const auto turn_away = [this](Limit over) {
    Verdict verdict{std::nullopt, over};
    if (turned_away_.fetch_add(1, std::memory_order_relaxed) < extra_places)
      verdict.place.emplace(Place(*this, turned_away_));
    else turned_away_.fetch_sub(1, std::memory_order_relaxed);
    return verdict;
  };

  const bool is_full = admitted_.fetch_add(1, std::memory_order_relaxed) >= total_;
  Place place(*this, admitted_);
  if (is_full) return turn_away(Limit::connections);
  if (per_address_ < total_ && // else nobody can reach it first
      !contains(trusted_proxies_, client)) {
    const auto network = client.network();
    const std::lock_guard lock(mutex_);
    auto& count = by_network_[network];
    if (count >= per_address_) return turn_away(Limit::connections_per_address);
    ++count;
    place.counted_ = network;
  }
  return {std::move(place), Limit::none};
}

std::size_t Admission::connections() const {
  return admitted_.load(std::memory_order_relaxed) + turned_away_.load(std::memory_order_relaxed);
}

} // namespace greeter
