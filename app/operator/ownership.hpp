// Whether an object is as it was applied, found without comparing values, which the server brings into forms of its
// own: whoever changes a field that we have applied takes it from us in metadata.managedFields.
#pragma once
#include <nlohmann/json.hpp>

#include <string>

namespace greeter::control {

inline constexpr auto field_manager = "greeter-operator";

// The fields of `live` that our applying owns ("fieldsV1"), as JSON text; empty: none.
std::string owned_fields(const nlohmann::json& live);

// Whether all of `wanted` is among them: then nobody has changed or removed any of it since it was applied.
bool owns(const std::string& owned, const nlohmann::json& wanted);

} // namespace greeter::control
