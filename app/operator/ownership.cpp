#include "operator/ownership.hpp"

#include <algorithm>
#include <array>

namespace greeter::control {

namespace {

using Json = nlohmann::json;

// An element of a list whose elements are told apart by some of their fields: `key` has these fields' values, with the
// defaults of those that `element` leaves out.
bool is_keyed(const Json& element, const Json& key) {
  if (!element.is_object() || !key.is_object()) return false;
  const auto items = key.items();
  return std::all_of(items.begin(), items.end(), [&](const auto& item) {
    const auto found = element.find(item.key());
    return found == element.end() || *found == item.value();
  });
}

bool covers(const Json& fields, const Json& wanted);

// "k:{...}": by key; "v:...": a set, by value.
bool covers_element(const Json& fields, const Json& element) {
  for (const auto& [name, below] : fields.items()) {
    const auto key = Json::parse(name.size() > 2 ? name.substr(2) : "", nullptr, false);
    if (name.starts_with("v:") && key == element) return true;
    if (name.starts_with("k:") && is_keyed(element, key)) return covers(below, element);
  }
  return false;
}

// `fields` without anything below it is owned as a whole.
bool covers(const Json& fields, const Json& wanted) {
  if (fields.empty()) return true;
  if (wanted.is_array())
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const Json& element) { return covers_element(fields, element); });
  if (!wanted.is_object()) return true;
  const auto items = wanted.items();
  return std::all_of(items.begin(), items.end(), [&](const auto& item) {
    const auto found = fields.find("f:" + item.key());
    return found != fields.end() && covers(*found, item.value());
  });
}

// Not tracked: they say which object it is.
constexpr std::array<const char*, 2> identity{"apiVersion", "kind"};
constexpr std::array<const char*, 2> identity_in_metadata{"name", "namespace"};

} // namespace

std::string owned_fields(const Json& live) {
  const Json::json_pointer entries("/metadata/managedFields");
  if (!live.contains(entries)) return {};
  for (const auto& entry : live[entries])
    if (entry.value("manager", "") == field_manager && entry.value("operation", "") == "Apply" &&
        entry.value("subresource", "").empty() && entry.contains("fieldsV1"))
      return entry["fieldsV1"].dump();
  return {};
}

bool owns(const std::string& owned, const Json& wanted) {
  const auto fields = Json::parse(owned, nullptr, false);
  if (!fields.is_object() || fields.empty()) return false;
  auto tracked = wanted;
  for (const auto* const key : identity) tracked.erase(key);
  for (const auto* const key : identity_in_metadata) tracked["metadata"].erase(key);
  return covers(fields, tracked);
}

} // namespace greeter::control
