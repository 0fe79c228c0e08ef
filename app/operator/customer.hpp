// What a Customer object says; greeting/customer_json.hpp knows whether that is sound.
#pragma once
#include "greeting/greeting.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace greeter::control {

using Json = nlohmann::json;

// On every object of a customer: its name.
inline constexpr auto customer_label = "greeter.parcellab.com/customer";
// "true" on a Customer: its namespace may be there already, with a release of Helm in it.
inline constexpr auto adopt_annotation = "greeter.parcellab.com/adopt";
// On a Customer that the operator has made anything for.
inline constexpr auto finalizer = "greeter.parcellab.com/operator";

// Members of a spec that are the operator's, not of the customer itself.
inline constexpr std::array<std::string_view, 2> own_members{"class", "deletion"};

// What of a Customer the operator goes by.
struct CustomerObject {
  std::string name, uid;
  std::uint64_t version = 0; // resourceVersion
  std::int64_t generation = 0;
  std::string created; // RFC 3339 in UTC, so that the older is the smaller
  bool deleting = false;
  bool adopt = false;
  std::vector<std::string> finalizers;
  Json spec, status;

  bool retained() const { return spec.value("deletion", "Delete") == "Retain"; }
  bool operator==(const CustomerObject&) const = default;
};

// Never throws: what is missing or of another kind than the schema has it is left out.
CustomerObject read_object(const Json& object);

// The customer's file, as data: {"customer": {name, greeting, greetings, hosts}, "domain": ...}. `domain`: the class's,
// for a spec without one.
Json values_of(const Json& spec, std::string_view domain);

// The fault of a customer, in its object's terms: of "spec.name".
FieldFault in_object(FieldFault fault);
// "spec.name is "": write ...".
inline std::string in_words(const FieldFault& fault) { return to_string(in_object(fault)); }

} // namespace greeter::control
