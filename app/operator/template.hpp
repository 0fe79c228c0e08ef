// What an instance is made of: objects that app-chart has rendered for a customer called __CUSTOMER__, and how they
// become those of a certain one.
#pragma once
#include "base/error.hpp"
#include "greeting/customer_json.hpp"
#include "operator/customer.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greeter::control {

// An object as it is to be.
struct Wanted {
  std::size_t kind; // in managed_kinds()
  std::string name;
  Json object;      // with the customer's label, and the hash as an annotation
  std::string hash; // of all else
};

inline constexpr auto hash_annotation = "greeter.parcellab.com/applied";

// Immutable.
class Template {
public:
  // {"classes": {CLASS: {"domain": D, "quota": {"hard": {...}}, "objects": [...]}}}. Errors name what in it
  // makes no sense.
  static Result<Template> parse(std::string_view text);

  // A spec is of the class that it names, or of `standard`. The fault: there is no such class.
  std::optional<FieldFault> class_fault(const Json& spec) const;
  // What a spec says, with its hosts by the domain of its class. Where there is no such class, and no domain in the
  // spec, it is without a host of its own.
  CustomerRead read(const Json& spec, std::string_view customer) const;
  bool wants(std::size_t kind) const; // whether a class has objects of it

  // All objects, in the order in which they are made: namespace and quota first, both in `customer`, and so is all
  // else. The spec's class has to be there, the customer sound. __CUSTOMER__, __NAME__ and __DOMAIN__ are replaced
  // wherever they stand, __TOKEN__ by another secret each time, and an element of a list with the text
  // __CUSTOMER__.__DOMAIN__ is repeated for each host.
  std::vector<Wanted> fill(const Customer& customer, const Json& spec) const;

private:
  struct Class {
    std::string domain;
    Json quota;                                        // null: none
    std::vector<std::pair<std::size_t, Json>> objects; // with their kinds, sorted by these
  };
  static Result<Class> parse_class(const std::string& name, const Json& value);
  const Class* class_of(const Json& spec) const; // null: there is none

  std::map<std::string, Class> classes_;
};

// Errors name the file, too.
Result<Template> read_template(const std::string& file);

} // namespace greeter::control
