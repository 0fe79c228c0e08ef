// What a request's target says, decoded (RFC 3986). Strict: what decodes to something else for another reader is
// refused.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace greeter {

// Nothing: a "%" without two hex digits, or bytes that are no UTF-8 or are control characters.
std::optional<std::string> percent_decoded(std::string_view text);

using Parameters = std::vector<std::pair<std::string, std::string>>;

// The parameters of a query as the frame has it (with its "?", or empty), in their order, as forms encode them: "+" is
// a space. Nothing: one can't be decoded.
std::optional<Parameters> query_parameters(std::string_view query);

} // namespace greeter
