// What objects of Kubernetes are asked everywhere here; of any JSON, whatever it is.
#pragma once
#include <nlohmann/json.hpp>

#include <string>

namespace greeter::webhook {

// The member, or null where there is none.
inline const nlohmann::json& member(const nlohmann::json& object, const char* name) {
  static const nlohmann::json none;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found == object.end() ? none : *found;
}

// Its text; empty where it is none.
inline std::string text_of(const nlohmann::json& object, const char* name) {
  const auto& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

inline std::string name_of(const nlohmann::json& object) { return text_of(member(object, "metadata"), "name"); }

} // namespace greeter::webhook
