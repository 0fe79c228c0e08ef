#include "operator/precedence.hpp"

namespace greeter::control {

std::set<std::string> Precedence::set(const std::string& customer, const std::string& created, std::set<Claim> claims) {
  std::set<std::string> others;
  const auto note = [&](const Claim& claim) {
    for (const auto& [when, who] : takers_[claim])
      if (who != customer) others.insert(who);
  };
  auto& before = wishes_[customer];
  if (before.created == created && before.claims == claims && !claims.empty()) return {};
  for (const auto& claim : before.claims) {
    auto& takers = takers_[claim];
    takers.erase({before.created, customer});
    if (!claims.contains(claim) || before.created != created) note(claim);
    if (takers.empty()) takers_.erase(claim);
  }
  for (const auto& claim : claims) {
    if (!before.claims.contains(claim) || before.created != created) note(claim);
    takers_[claim].emplace(created, customer);
  }
  if (claims.empty()) wishes_.erase(customer);
  else before = {created, std::move(claims)};
  return others;
}

std::optional<Conflict> Precedence::conflict(const std::string& customer) const {
  const auto wish = wishes_.find(customer);
  if (wish == wishes_.end()) return {};
  for (const auto& claim : wish->second.claims)
    if (const auto& owner = takers_.at(claim).begin()->second; owner != customer) return Conflict{claim, owner};
  return {};
}

std::string Precedence::owner(const Claim& claim, std::string_view but) const {
  const auto takers = takers_.find(claim);
  if (takers == takers_.end()) return {};
  for (const auto& [when, who] : takers->second)
    if (who != but) return who;
  return {};
}

} // namespace greeter::control
