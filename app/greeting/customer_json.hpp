// A customer as JSON: the `spec` of its object in Kubernetes, and what a file of customer-values has below `customer`.
#pragma once
#include "greeting/customer.hpp"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <span>

namespace greeter {

struct CustomerLimits {
  static constexpr std::size_t stem = 53;  // of an object or a release: Helm takes no longer name
  static constexpr std::size_t hosts = 15; // besides its own: an Ingress has 16 rules, a route as many host names
};

struct CustomerRead {
  Customer customer;              // complete only where there is no fault; what is sound of it is there
  std::vector<FieldFault> faults; // fields are "name", "hosts[1]", "greetings.christmas.text"; "id" is the stem
};

// {"name", "greeting", "greetings": {ID: {"text", ...}}, "hosts": [...], "domain"}; the first two are required, null is
// as if it were not there. `default_domain`: below which it has its host where it names no domain; empty: it has none
// then. `others` are members that somebody else reads; any further one is a fault. Never throws.
CustomerRead read_customer(const nlohmann::json& spec, std::string_view id, std::string_view default_domain,
                           std::span<const std::string_view> others = {});

} // namespace greeter
