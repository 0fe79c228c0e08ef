#include "store/redis/url.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace greeter::redis {

namespace {

struct Scheme {
  std::string_view name;
  bool sentinel, tls;
};
constexpr std::array<Scheme, 4> schemes{{{"redis://", false, false},
                                         {"rediss://", false, true},
                                         {"redis+sentinel://", true, false},
                                         {"rediss+sentinel://", true, true}}};

constexpr std::uint16_t redis_port = 6379, sentinel_port = 26379;
constexpr std::size_t most_prefix = 200;

// What is before the separator; takes it and the separator off.
std::string_view take(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::optional<unsigned> small_number(std::string_view text, unsigned most) {
  const auto number = parse_number(text);
  if (!number || *number > most) return {};
  return static_cast<unsigned>(*number);
}

std::optional<std::string> hosts(Url& url, std::string_view text) {
  const auto usual = url.sentinel ? sentinel_port : redis_port;
  if (text.empty()) return "it names no host";
  while (!text.empty()) {
    auto part = take(text, ',');
    Endpoint endpoint{"", usual};
    if (part.starts_with('[')) { // an IPv6 address
      part.remove_prefix(1);
      endpoint.host = take(part, ']');
      if (part.starts_with(':')) part.remove_prefix(1);
    } else {
      endpoint.host = take(part, ':');
    }
    if (endpoint.host.empty()) return "one of its hosts is empty";
    if (!part.empty()) {
      const auto port = small_number(part, 65535);
      if (!port || *port == 0) return fmt::format("{} is no port: use 1 to 65535", in_quotes(part));
      endpoint.port = static_cast<std::uint16_t>(*port);
    }
    url.hosts.push_back(std::move(endpoint));
  }
  if (!url.sentinel && url.hosts.size() > 1)
    return "it names more than one host: with sentinels it is redis+sentinel://";
  return {};
}

std::optional<std::string> path(Url& url, std::string_view text) {
  if (url.sentinel)
    if (const auto name = take(text, '/'); !name.empty()) url.master = name;
  if (text.empty()) return {};
  const auto database = small_number(text, 65535);
  if (!database) return fmt::format("{} is no number of a database", in_quotes(text));
  url.database = *database;
  return {};
}

std::optional<std::string> option(Url& url, std::string_view name, std::string_view value) {
  if (value.empty()) return fmt::format("its option {} has no value", in_quotes(name));
  if (name == "prefix") {
    if (value.size() > most_prefix || value.find_first_of("*?[]\\ ") != std::string_view::npos)
      return fmt::format("its prefix is longer than {} bytes or has a blank or one of *?[]\\ in it", most_prefix);
    url.prefix = value;
  } else if (name == "replicas") {
    const auto number = small_number(value, 16);
    if (!number) return "its replicas are no number from 0 to 16";
    url.replicas = *number;
  } else if (name == "ca") url.ca_file = value;
  else if (name == "cert") url.certificate_file = value;
  else if (name == "key") url.key_file = value;
  else return fmt::format("it has no option {}: there are prefix, replicas, ca, cert and key", in_quotes(name));
  return {};
}

std::optional<std::string> read(Url& url, std::string_view text) {
  auto query = text;
  auto rest = take(query, '?');
  auto authority = take(rest, '/');
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    url.user = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  if (url.user.find(':') != std::string::npos)
    return "it holds a password, which others would see: write that into a file, and name it in "
           "GREETER_STORE_PASSWORD_FILE";
  if (auto fault = hosts(url, authority)) return fault;
  if (auto fault = path(url, rest)) return fault;
  url.replicas = url.sentinel ? 1 : 0;
  while (!query.empty()) {
    auto value = take(query, '&');
    const auto name = take(value, '=');
    if (auto fault = option(url, name, value)) return fault;
  }
  if (!url.tls && !(url.ca_file + url.certificate_file + url.key_file).empty())
    return "it has files for TLS, but no TLS: that is rediss://";
  if (url.certificate_file.empty() != url.key_file.empty()) return "cert and key go together";
  return {};
}

} // namespace

bool is_url(std::string_view text) {
  return std::any_of(schemes.begin(), schemes.end(), [&](const Scheme& s) { return text.starts_with(s.name); });
}

Result<Url> parse_url(std::string_view text) {
  Url url;
  for (const auto& scheme : schemes) {
    if (!text.starts_with(scheme.name)) continue;
    url.sentinel = scheme.sentinel;
    url.tls = scheme.tls;
    if (auto fault = read(url, text.substr(scheme.name.size()))) return Error{ErrorCode::invalid, std::move(*fault)};
    return url;
  }
  return Error{ErrorCode::invalid, "it is no URL of Redis, like redis://HOST or redis+sentinel://HOST,HOST"};
}

} // namespace greeter::redis
