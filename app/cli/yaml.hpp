// Greetings as YAML, for people to read and write. YAML 1.2's core schema: `no` is text, so Norwegian is a language.
#pragma once
#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace greeter {

// Texts are in double quotes unless they are plain words that no reader of YAML takes for anything else. Ends in a
// newline.
std::string to_yaml(const nlohmann::ordered_json& value);

// One document; JSON is one too. Errors name the line. `name` is for them.
Result<nlohmann::ordered_json> parse_yaml(std::string_view text, const std::string& name);

} // namespace greeter
