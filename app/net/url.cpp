#include "net/url.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace greeter {

namespace {

Error no_url(std::string_view text) {
  return {ErrorCode::invalid, in_quotes(text) + " can't be asked: write http://host:port/path or https://host/path"};
}

bool has_odd_bytes(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c <= 0x20 || c >= 0x7f || c == '#'; });
}

std::string bracketed(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

// "host", "host:port", "[::1]" or "[::1]:port" into `url`; false: none of these.
bool read_authority(std::string_view authority, Url& url) {
  const bool in_brackets = authority.starts_with('[');
  const auto host_end = in_brackets ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (host_end == std::string_view::npos) return false;
  url.host = authority.substr(in_brackets ? 1 : 0, host_end - (in_brackets ? 1 : 0));
  const auto port = authority.substr(host_end + (in_brackets ? 1 : 0));
  if (url.host.empty() || url.host.find_first_of("@%\\?") != std::string::npos) return false;
  if (port.empty()) return true;
  const auto number = port.starts_with(':') ? parse_number(port.substr(1)) : std::nullopt;
  if (!number || *number == 0 || *number > 65535) return false;
  url.port = static_cast<std::uint16_t>(*number);
  return true;
}

} // namespace

Result<Url> parse_url(std::string_view text) {
  const auto scheme_end = text.find("://");
  const auto scheme = to_lower(text.substr(0, std::min(scheme_end, text.size())));
  if (scheme_end == std::string_view::npos || (scheme != "http" && scheme != "https") || has_odd_bytes(text))
    return no_url(text);
  Url url;
  url.tls = scheme == "https";
  if (url.tls) url.port = 443;
  const auto rest = text.substr(scheme_end + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?"));
  if (!read_authority(authority, url)) return no_url(text);
  const auto target = rest.substr(authority.size());
  if (!target.empty()) url.target = (target.starts_with('?') ? "/" : "") + std::string(target);
  return url;
}

std::string origin_of(const Url& url) {
  return fmt::format("{}://{}:{}", url.tls ? "https" : "http", bracketed(url.host), url.port);
}

std::string host_field(const Url& url, const std::string& host) {
  return url.port == (url.tls ? 443 : 80) ? bracketed(host) : fmt::format("{}:{}", bracketed(host), url.port);
}

bool is_loopback(std::string_view host) {
  const auto name = to_lower(host);
  if (name == "localhost" || name.ends_with(".localhost") || name == "::1") return true;
  return name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string::npos;
}

} // namespace greeter
