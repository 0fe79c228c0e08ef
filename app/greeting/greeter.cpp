#include "greeting/greeter.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace greeter {

std::size_t HostHash::operator()(std::string_view host) const {
  std::uint64_t hash = fnv_start;
  for (const char c : host) hash = fnv_step(hash, to_lower(c));
  return hash;
}

bool HostEqual::operator()(std::string_view a, std::string_view b) const {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

Greeter::Greeter(std::vector<Customer> customers, std::string only)
    : customers_(std::move(customers)), only_(std::move(only)) {
  for (std::size_t i = 0; i < customers_.size(); ++i) {
    const auto& customer = customers_[i];
    if (!only_.empty() && customer.name == only_) chosen_ = i;
    for (const auto& host : customer.hosts) by_host_.emplace(host, i);
    if (!customer.hosts.empty()) by_host_.emplace(local_host(customer), i);
  }
}

std::optional<std::size_t> Greeter::customer_at(std::string_view host) const {
  if (!only_.empty()) return chosen_;
  const auto found = by_host_.find(host.substr(0, host.rfind(':')));
  if (found == by_host_.end()) return {};
  return found->second;
}

} // namespace greeter
