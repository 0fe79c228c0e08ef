// One customer as the configuration has it.
#pragma once
#include "greeting/greeting.hpp"

#include <string>
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

} // namespace greeter
