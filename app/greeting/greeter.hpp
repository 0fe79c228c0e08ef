// The domain: which customer is greeted, and how. Pure: no I/O, no JSON, no HTTP.
#pragma once
#include "greeting/customer.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace greeter {

// Hosts in any case are the same host. Found without making a copy in lower case.
struct HostHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view host) const;
};
struct HostEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

// Immutable. Greets one customer whatever the host, or every customer at its own hosts.
class Greeter {
public:
  // `only` is the name of the one customer to greet (nobody may have it); empty: all, by host.
  Greeter(std::vector<Customer> customers, std::string only);

  std::span<const Customer> customers() const { return customers_; }

  // The index in customers() of the one that is reached by `host` (as in the Host field: case and port do not matter),
  // or nothing: an unknown host never gets another customer's greeting.
  std::optional<std::size_t> customer_at(std::string_view host) const;

  // True unless it was made for one customer, whom nobody knows.
  bool knows_its_customer() const { return only_.empty() || chosen_.has_value(); }
  const std::string& only() const { return only_; }

private:
  std::vector<Customer> customers_;
  std::string only_;
  std::optional<std::size_t> chosen_;
  std::unordered_map<std::string, std::size_t, HostHash, HostEqual> by_host_;
};

} // namespace greeter
