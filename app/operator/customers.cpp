#include "operator/customers.hpp"

#include "base/text.hpp"
#include "operator/status.hpp"

namespace greeter::control {

std::set<Claim> claims_of(const Customer& customer) {
  std::set<Claim> claims{{ClaimKind::host, local_host(customer)}};
  for (const auto& host : customer.hosts) claims.insert({ClaimKind::host, host});
  if (!customer.name.empty()) claims.insert({ClaimKind::name, customer.name});
  return claims;
}

// One with faults has what is sound of it all the same: it may be mended. Where its class has gone what runs stays as
// it is, with the hosts that it has.
Customers::Names Customers::claim(const CustomerObject& customer) {
  auto read = template_->read(customer.spec, customer.name).customer;
  if (template_->class_fault(customer.spec))
    for (auto& host : hosts_in(customer.status)) read.hosts.push_back(std::move(host));
  return precedence_.set(customer.name, customer.created, claims_of(read));
}

Customers::Names Customers::put_one(CustomerObject customer) {
  auto& known = by_name_[customer.name];
  if (customer.version <= known.version) return {};
  auto news = customer;
  news.version = known.version;
  const bool same = news == known;
  known = std::move(customer);
  if (same) return {};
  auto names = claim(known);
  names.insert(known.name);
  return names;
}

Customers::Names Customers::put(const Json& object) {
  auto customer = read_object(object);
  const std::lock_guard lock(mutex_);
  if (customer.version <= ended_ && !by_name_.contains(customer.name)) return {};
  return put_one(std::move(customer));
}

Customers::Names Customers::erase(const Json& object) {
  const auto customer = read_object(object);
  const std::lock_guard lock(mutex_);
  ended_ = customer.version;
  const auto found = by_name_.find(customer.name);
  if (found == by_name_.end() || found->second.version > customer.version) return {};
  by_name_.erase(found);
  return precedence_.erase(customer.name);
}

Customers::Names Customers::replace(const kube::List& list) {
  Names names, listed;
  const auto version = parse_number(list.version).value_or(0);
  const std::lock_guard lock(mutex_);
  for (const auto& object : list.items) {
    auto customer = read_object(object);
    listed.insert(customer.name);
    names.merge(put_one(std::move(customer)));
  }
  for (auto entry = by_name_.begin(); entry != by_name_.end();) {
    const auto here = entry++;
    if (listed.contains(here->first) || here->second.version > version) continue;
    names.merge(precedence_.erase(here->first));
    by_name_.erase(here);
  }
  known_ = true;
  ended_ = version;
  return names;
}

Customers::Names Customers::use(std::shared_ptr<const Template> made_by) {
  const std::lock_guard lock(mutex_);
  template_ = std::move(made_by);
  for (const auto& [name, customer] : by_name_) claim(customer);
  return all();
}

bool Customers::known() const {
  const std::lock_guard lock(mutex_);
  return known_;
}

bool Customers::contains(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return by_name_.contains(name);
}

std::optional<CustomerObject> Customers::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Conflict> Customers::conflict(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return precedence_.conflict(name);
}

std::string Customers::owner(const Claim& claim, std::string_view but) const {
  const std::lock_guard lock(mutex_);
  return precedence_.owner(claim, but);
}

std::shared_ptr<const Template> Customers::made_by() const {
  const std::lock_guard lock(mutex_);
  return template_;
}

Customers::Names Customers::all() const {
  Names names;
  for (const auto& [name, customer] : by_name_) names.insert(names.end(), name);
  return names;
}

Customers::Names Customers::names() const {
  const std::lock_guard lock(mutex_);
  return all();
}

std::pair<std::vector<Unready>, std::size_t> Customers::unready_of_all() const {
  std::vector<Unready> unready;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, customer] : by_name_) {
    const auto ready = ready_in(customer.status);
    if (ready.ready) continue;
    const bool seen = !ready.reason.empty();
    unready.push_back(
        {name, seen ? ready.reason : "Unknown", seen ? last_turn(customer.status) : parse_time(customer.created)});
  }
  return {std::move(unready), by_name_.size()};
}

} // namespace greeter::control
