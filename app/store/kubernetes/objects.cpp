#include "store/kubernetes/objects.hpp"

#include "base/text.hpp"
#include "greeting/greeting_json.hpp"
#include "kube/path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace greeter::kubernetes {

namespace {

constexpr auto created_at = "greeter.parcellab.com/created-at";
constexpr auto updated_at = "greeter.parcellab.com/updated-at";
constexpr std::string_view own_manager = "greeter"; // as the API server calls whoever sends our User-Agent
constexpr std::array<std::string_view, 7> fields{"text",  "description", "language", "tags",
                                                 "state", "starts_at",   "ends_at"};

// Null where it is not there, or where what should hold it is no object.
const Json& member(const Json& object, std::string_view name) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(name);
  return found == object.end() ? nothing : *found;
}

std::string text_at(const Json& object, std::string_view name) {
  const auto& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<Timestamp> time_at(const Json& object, std::string_view name) {
  return parse_time(text_at(object, name));
}

// When somebody else changed it last, to the second. We say it ourselves, and better.
std::optional<Timestamp> changed_by_others(const Json& metadata) {
  std::optional<Timestamp> newest;
  const auto& entries = member(metadata, "managedFields");
  if (!entries.is_array()) return {};
  for (const auto& entry : entries)
    if (text_at(entry, "manager") != own_manager && text_at(entry, "subresource").empty())
      newest = std::max(newest, time_at(entry, "time"));
  return newest;
}

void read_times(const Json& metadata, Greeting& greeting) {
  const auto& annotations = member(metadata, "annotations");
  const auto made = time_at(metadata, "creationTimestamp");
  const auto created = time_at(annotations, created_at);
  greeting.created_at = created ? created : made;
  greeting.updated_at = std::max({greeting.created_at, time_at(annotations, updated_at), changed_by_others(metadata)});
}

// What is wrong with the name; fills in whose greeting it is.
std::string read_name(const std::string& name, std::string_view space, StoredGreeting& stored) {
  const auto dot = name.find('.');
  stored.customer = dot == std::string::npos ? std::string(space) : name.substr(0, dot);
  stored.greeting.id = dot == std::string::npos ? name : name.substr(dot + 1);
  if (dot != std::string::npos && stored.customer == space)
    return fmt::format("metadata.name is {}: leave {}. out, which is this namespace", in_quotes(name), space);
  if (!is_dns_label(stored.customer) || !is_dns_label(stored.greeting.id))
    return fmt::format("metadata.name is {}: use an id, or CUSTOMER.ID, each 1 to 63 of a-z, 0-9 and -",
                       in_quotes(name));
  return {};
}

std::string read_spec(const Json& spec, Greeting& greeting) {
  auto read = read_greeting(spec, greeting.id);
  greeting = std::move(read.greeting);
  std::string all;
  for (const auto& fault : read.faults)
    all += (all.empty() ? "" : "; ") + (fault.field == "id" ? std::string() : std::string("spec.")) + to_string(fault);
  return all;
}

std::int64_t number_at(const Json& object, std::string_view name) {
  const auto& value = member(object, name);
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

void read_condition(const Json& status, Seen& seen) {
  const auto& conditions = member(status, "conditions");
  if (!conditions.is_array()) return;
  for (const auto& condition : conditions) {
    if (text_at(condition, "type") != "Accepted") continue;
    seen.judged = number_at(condition, "observedGeneration");
    if (text_at(condition, "status") == "False") seen.complaint = text_at(condition, "message");
  }
}

// What is not set is null, which a merge patch takes away.
Json spec_of(const Greeting& greeting) {
  const Json whole = to_json(greeting);
  Json spec = Json::object();
  for (const auto field : fields) spec[std::string(field)] = whole.at(std::string(field));
  return spec;
}

Json annotations_of(const Greeting& greeting) {
  Json annotations = Json::object();
  if (greeting.created_at) annotations[created_at] = to_text(*greeting.created_at);
  if (greeting.updated_at) annotations[updated_at] = to_text(*greeting.updated_at);
  return annotations;
}

} // namespace

std::string name_of(std::string_view space, std::string_view customer, std::string_view id) {
  return customer == space ? std::string(id) : fmt::format("{}.{}", customer, id);
}

std::uint64_t version_of(const Json& object) {
  return parse_number(text_at(member(object, "metadata"), "resourceVersion")).value_or(0);
}

Seen read_object(const Json& object, std::string_view space) {
  const auto& metadata = member(object, "metadata");
  Seen seen;
  seen.name = text_at(metadata, "name");
  seen.version = version_of(object);
  seen.generation = number_at(metadata, "generation");
  read_condition(member(object, "status"), seen);
  seen.going = !member(metadata, "deletionTimestamp").is_null();
  seen.fault = seen.going ? "it is being deleted" : read_name(seen.name, space, seen.stored);
  if (seen.fault.empty()) seen.fault = read_spec(member(object, "spec"), seen.stored.greeting);
  read_times(metadata, seen.stored.greeting);
  seen.stored.greeting.revision = seen.version;
  return seen;
}

Json new_object(const std::string& name, const Greeting& greeting) {
  auto spec = spec_of(greeting);
  for (auto at = spec.begin(); at != spec.end();) at = at->is_null() ? spec.erase(at) : std::next(at);
  return {{"apiVersion", kube::api_version},
          {"kind", "Greeting"},
          {"metadata", {{"name", name}, {"annotations", annotations_of(greeting)}}},
          {"spec", std::move(spec)}};
}

Json patch_of(std::uint64_t version, const Greeting& greeting) {
  return {{"metadata", {{"resourceVersion", std::to_string(version)}, {"annotations", annotations_of(greeting)}}},
          {"spec", spec_of(greeting)}};
}

Json status_of(const Seen& seen, std::string_view space, Timestamp time) {
  const bool sound = seen.fault.empty();
  const Json condition{{"type", "Accepted"},
                       {"status", sound ? "True" : "False"},
                       {"reason", sound ? "Sound" : "BreaksRule"},
                       {"message", sound ? "it takes part again" : seen.fault},
                       {"observedGeneration", seen.generation},
                       {"lastTransitionTime", to_text(std::chrono::floor<std::chrono::seconds>(time))}};
  return {{"apiVersion", kube::api_version},
          {"kind", "Greeting"},
          {"metadata", {{"name", seen.name}, {"namespace", space}}},
          {"status", {{"conditions", Json::array({condition})}}}};
}

} // namespace greeter::kubernetes
