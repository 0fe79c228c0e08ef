// The one place that turns an error into HTTP: problem details (RFC 9457).
#pragma once
#include "base/error.hpp"
#include "http/ready_response.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace greeter {

inline constexpr auto problem_type = "application/problem+json";

int status_of(ErrorCode code);

// RFC 9110, section 15; "Unknown" for a status that this server never sends.
std::string_view reason_of(int status);

// {"type":"about:blank","title":...,"status":...,"detail":...} with a line end, and with the members of `more`. No
// detail: the status's own explanation.
std::string problem_body(int status, std::string_view detail = {},
                         const nlohmann::ordered_json& more = nlohmann::ordered_json::object());

// A response that ends the connection, for requests that no handler can be asked about. `fields`: further header lines.
ReadyResponse closing_response(int status, std::string_view fields);

} // namespace greeter
