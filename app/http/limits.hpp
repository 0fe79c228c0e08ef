// What a client can come up against. Each has a setting of the same name (GREETER_...) and is counted under it.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace greeter {

enum class Limit : std::uint8_t {
  connections,
  connections_per_address,
  head_bytes,
  target_bytes,
  headers,
  body_bytes,
  buffer_bytes,
  requests_per_connection,
  requests_per_turn,
  head_timeout,
  body_timeout,
  idle_timeout,
  send_timeout,
  answer_timeout,
  none
};

// Label values of the metric, in the order of the enumeration.
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Limit::none)> limit_names{
    "max_connections",       "max_connections_per_address",
    "max_head_bytes",        "max_target_bytes",
    "max_headers",           "max_body_bytes",
    "max_buffer_bytes",      "max_requests_per_connection",
    "max_requests_per_turn", "head_timeout",
    "body_timeout",          "idle_timeout",
    "send_timeout",          "answer_timeout"};

} // namespace greeter
