// One customer as the configuration has it.
#pragma once
#include "greeting/greeting.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greeter {

struct Customer {
  std::string id;       // the stem of its file: release, namespace and first label of its host
  std::string name;     // what CUSTOMER_NAME calls it
  std::string greeting; // UTF-8, not blank
  std::vector<std::string>
      hosts; // lower case, unique among all customers; its own host first; empty: not reached by host
  std::vector<Greeting> greetings; // what the configuration has of the table, in the order of ids

  bool operator==(const Customer&) const = default;
};

// A further host of every customer that is reached by host: names below localhost resolve to this machine.
inline std::string local_host(const Customer& customer) { return customer.id + ".localhost"; }

// What is wrong with a value ("is blank"), and what would be right.
struct BrokenRule {
  std::string fault, right;
};

// The rules of a customer's fields, for its file, its object in Kubernetes and all else; nothing: the value keeps them.
// Its greetings have check().
namespace customer_rules {

std::optional<BrokenRule> stem(std::string_view text, std::size_t most = 63); // the customer's id
std::optional<BrokenRule> name(std::string_view text);
std::optional<BrokenRule> greeting(std::string_view text);
std::optional<BrokenRule> host(std::string_view text, std::string_view like = "hello.example.com");
inline std::optional<BrokenRule> domain(std::string_view text) { return host(text, "parcellab.com"); }

} // namespace customer_rules

} // namespace greeter
