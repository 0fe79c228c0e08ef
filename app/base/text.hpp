// Small questions about text that more than one folder asks. Pure functions.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace greeter {

// Well-formed UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// A label of a host name, RFC 1123: 1 to 63 of a-z, 0-9 and '-', with no '-' at either end. Lower case only.
bool is_dns_label(std::string_view text);

// Labels joined by dots, 253 characters at most.
bool is_dns_name(std::string_view text);

// Nothing but white space, or nothing at all.
bool is_blank(std::string_view text);

// Without the spaces and tabs around it.
std::string_view trim(std::string_view text);

// ASCII only; other bytes stay as they are.
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string to_lower(std::string_view text);

// The candidate nearest to `word` (at most a third of its letters away), for "did you mean"; empty if none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

// 64-bit FNV-1a, byte by byte.
inline constexpr std::uint64_t fnv_start = 0xcbf29ce484222325;
constexpr std::uint64_t fnv_step(std::uint64_t hash, char byte) {
  return (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
}

// FNV-1a as 16 hex digits: tells two configurations apart; no protection against forgery.
std::string fingerprint(std::string_view text);

// All digits, no sign, no overflow.
std::optional<std::uint64_t> parse_number(std::string_view digits);

// `text` with everything but letters, digits and -._~ encoded, as URLs have it (RFC 3986).
std::string percent_encoded(std::string_view text);

// `text` in double quotes as JSON writes it, with bytes that are no UTF-8 replaced: it can't break a line.
std::string in_quotes(std::string_view text);

// JSON text of a value for a message: one line, cut to at most 80 bytes ("..." at the end) however big and deep it is.
std::string excerpt(const nlohmann::json& value);

} // namespace greeter
