// What a client would like to get (RFC 9110, 12.5.1). Pure.
#pragma once
#include <string_view>

namespace greeter {

// Whether this Accept field asks for HTML rather than for JSON, as browsers do and curl's "*/*" does not.
bool prefers_html(std::string_view accept);

} // namespace greeter
