// What differs between two sets of customers' values, for people and for programs.
#pragma once
#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace greeter {

// A customer's id -> all values of its file, whatever the chart makes of them.
using CustomerValues = std::map<std::string, nlohmann::json>;

// `path` is a file, which gives its stem as the id, or a folder of them. Errors name the file and the line.
Result<CustomerValues> read_customer_values(const std::string& path);

// A value that is not set is null, on either side.
struct ValueChange {
  std::vector<std::string> path;
  nlohmann::json before, after;
};

enum class CustomerFate { added, changed, removed };

struct CustomerChange {
  std::string customer;
  CustomerFate fate;
  std::vector<ValueChange> values; // in the order of their paths; never empty for a changed customer
};

// In the order of ids, without those that stay as they are. Maps are compared key by key, but for a greeting that comes
// or goes, which is one change; null and an empty map count as not set.
std::vector<CustomerChange> compare_customers(const CustomerValues& before, const CustomerValues& after);

// A line for each change, which names its customer; harmless to a terminal.
std::string in_words(const std::vector<CustomerChange>& changes);

// [{"customer", "change": "added|changed|removed", "values": [{"path": JSON Pointer, "old", "new"}]}], without "old" or
// "new" where it is not set.
nlohmann::ordered_json to_json(const std::vector<CustomerChange>& changes);

} // namespace greeter
