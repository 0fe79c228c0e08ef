// Who is greeted and how, put together from GREETING, GREETINGS and the values files.
#pragma once
#include "base/error.hpp"
#include "config/settings.hpp"
#include "greeting/customer.hpp"

#include <string>
#include <vector>

namespace greeter {

struct Configuration {
  std::vector<Customer> customers; // in the order of their ids
  std::string customer_name;       // the one to greet; empty: all, by Host
  std::string hash;                // equal for equal customers
};

// Whether somebody has that name; always for the empty one.
bool knows(const Configuration& configuration, const std::string& customer_name);

// GREETING beats GREETINGS, which beats the files. Reads the files anew at each call. Any fault in any file refuses the
// whole; a CUSTOMER_NAME that nobody has does not. Thread-safe.
Result<Configuration> load_configuration(const Settings& settings);

} // namespace greeter
