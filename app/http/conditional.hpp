// Conditional requests (RFC 9110, 13). Pure.
#pragma once
#include <string_view>

namespace greeter {

enum class Precondition {
  holds,        // or there is none
  not_modified, // the client has it already: 304
  failed        // the client wanted another one: 412
};

// What the If-Match and If-None-Match fields among `headers` say of a GET or HEAD of something with the entity tag
// `etag`, quotes included. `headers` are lines that next_frame let pass.
Precondition precondition(std::string_view headers, std::string_view etag);

} // namespace greeter
