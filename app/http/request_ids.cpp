#include "http/request_ids.hpp"

#include "base/random.hpp"
#include "base/text.hpp"
#include "http/framing.hpp"

#include <algorithm>

namespace greeter {

namespace {

constexpr std::size_t longest_id = 128;

bool is_id_char(char c) {
  const char lower = to_lower(c);
  return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') ||
         std::string_view("-._~:/+=").find(c) != std::string_view::npos;
}

bool is_request_id(std::string_view id) {
  return !id.empty() && id.size() <= longest_id && std::all_of(id.begin(), id.end(), is_id_char);
}

bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

bool is_hex_id(std::string_view text) { return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos; }

std::string new_request_id() { return random_hex(32); }
std::string new_trace_id() { return random_hex(32); }

} // namespace

std::string_view trace_id_in(std::string_view traceparent) {
  constexpr std::size_t size = 55; // "00-" trace id "-" parent id "-" flags
  if (traceparent.size() < size || traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-') return {};
  const auto version = traceparent.substr(0, 2), trace = traceparent.substr(3, 32), parent = traceparent.substr(36, 16),
             flags = traceparent.substr(53, 2);
  if (!is_hex(version) || version == "ff" || !is_hex_id(trace) || !is_hex_id(parent) || !is_hex(flags)) return {};
  if (traceparent.size() > size && (version == "00" || traceparent[size] != '-')) return {}; // later ones may say more
  return trace;
}

RequestIds ids_in(std::string_view headers) {
  // Two lines come joined by a comma, which neither field allows.
  auto request = field(headers, "x-request-id").value_or("");
  const auto traceparent = field(headers, "traceparent").value_or("");
  const auto trace = trace_id_in(traceparent);
  return {is_request_id(request) ? std::move(request) : new_request_id(),
          trace.empty() ? new_trace_id() : std::string(trace)};
}

RequestIds new_ids() { return {new_request_id(), new_trace_id()}; }

std::string request_id_field(const RequestIds& ids) { return "X-Request-Id: " + ids.request + "\r\n"; }

} // namespace greeter
