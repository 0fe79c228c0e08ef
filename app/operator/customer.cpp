#include "operator/customer.hpp"

#include "base/text.hpp"

namespace greeter::control {

namespace {

std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json member(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_object() ? *found : Json::object();
}

} // namespace

CustomerObject read_object(const Json& object) {
  CustomerObject out;
  const auto metadata = member(object, "metadata");
  out.name = text(metadata, "name");
  out.uid = text(metadata, "uid");
  out.version = parse_number(text(metadata, "resourceVersion")).value_or(0);
  if (const auto found = metadata.find("generation"); found != metadata.end() && found->is_number_integer())
    out.generation = found->get<std::int64_t>();
  out.created = text(metadata, "creationTimestamp");
  out.deleting = metadata.contains("deletionTimestamp");
  out.adopt = text(member(metadata, "annotations"), adopt_annotation) == "true";
  if (const auto found = metadata.find("finalizers"); found != metadata.end() && found->is_array())
    for (const auto& one : *found)
      if (one.is_string()) out.finalizers.push_back(one.get<std::string>());
  out.spec = member(object, "spec");
  out.status = member(object, "status");
  for (const auto key : own_members)
    if (out.spec.contains(key) && !out.spec[std::string(key)].is_string()) out.spec.erase(std::string(key));
  return out;
}

Json values_of(const Json& spec, std::string_view domain) {
  Json customer = {{"greetings", Json::object()}, {"hosts", Json::array()}};
  for (const auto* const key : {"name", "greeting", "greetings", "hosts"})
    if (const auto found = spec.find(key); found != spec.end() && !found->is_null()) customer[key] = *found;
  const auto own = spec.find("domain");
  return {{"customer", std::move(customer)},
          {"domain", own == spec.end() || own->is_null() ? Json(std::string(domain)) : *own}};
}

FieldFault in_object(FieldFault fault) {
  if (fault.field == "id") fault.field = "metadata.name";
  else if (fault.field != "spec") fault.field.insert(0, "spec.");
  return fault;
}

} // namespace greeter::control
