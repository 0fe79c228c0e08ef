// Reads one file of the values format: the Helm values of one customer, of which Greeter needs `customer` and `domain`.
#pragma once
#include "greeting/customer.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greeter {

// Something wrong at a place that a person can open.
struct Fault {
  std::string file;
  std::size_t line; // from 1
  std::string message;
};

struct ValuesFile {
  std::string file;
  Customer customer;                   // complete only where there is no fault
  std::size_t name_line = 1;           // where customer.name stands
  std::vector<std::size_t> host_lines; // one for each of customer.hosts
  std::vector<Fault> faults;
};

// `file` names the source in faults; its stem becomes the customer's id. Never throws.
ValuesFile parse_values(std::string_view text, const std::string& file, std::string_view default_domain);

} // namespace greeter
