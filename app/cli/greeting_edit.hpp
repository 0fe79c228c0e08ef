// What `greetings edit` makes of a greeting and of what came back. Pure functions.
#pragma once
#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace greeter {

// The members that people set, in the order of to_json().
nlohmann::ordered_json editable(const nlohmann::ordered_json& greeting);

// YAML to edit, with `comments` before it, a line each ("# ...").
std::string edit_text(const nlohmann::ordered_json& content, const std::vector<std::string>& comments);

// The merge patch of `--set text=Hi --set tags=a,b --set ends_at=`: tags are a list, and an empty value unsets what can
// be unset. Errors: no '=', a member that nobody sets.
Result<nlohmann::ordered_json> patch_of(const std::vector<std::string>& assignments);

} // namespace greeter
