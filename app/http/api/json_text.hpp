// JSON as clients send it.
#pragma once
#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace greeter::api {

// Errors say at which byte the text is no JSON, or which member an object has twice (RFC 8259 leaves open what that
// would mean), or that it is nested deeper than anything here could be.
Result<nlohmann::json> parse_json(std::string_view text, int deepest = 16);

} // namespace greeter::api
