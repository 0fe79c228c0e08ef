// What the API server's refusals mean.
#pragma once
#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace greeter::kube {

// Of a response that is none of 2xx. `is_change`: where nobody knows whether it was made, the error is `uncertain`.
// `what` was asked, for responses that do not say it themselves.
Error error_of(int status, std::string_view body, bool is_change, const std::string& what);
// The same of a Status object.
Error error_of(const nlohmann::json& status, const std::string& what);

// One line of at most 500 bytes, in UTF-8.
std::string shortened(std::string text);

} // namespace greeter::kube
