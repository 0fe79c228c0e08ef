#include "http/fetch.hpp"

#include "base/text.hpp"

#include <httplib.h>

#include <optional>

namespace greeter {

namespace {

struct Url {
  std::string host;
  int port;
  std::string path;
};

// http://host, http://host:port, http://[::1]:port, each with or without a path.
std::optional<Url> parse(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return {};
  url.remove_prefix(scheme.size());
  const auto authority = url.substr(0, url.find('/'));
  const auto host_end =
      authority.starts_with('[') ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (host_end == std::string_view::npos) return {};
  const bool bracketed = authority.starts_with('[');
  const auto host = authority.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
  auto port = authority.substr(host_end + (bracketed ? 1 : 0));
  if (port.empty()) port = ":80";
  const auto number = port.starts_with(':') ? parse_number(port.substr(1)) : std::nullopt;
  if (host.empty() || !number || *number == 0 || *number > 65535) return {};
  const auto path = url.substr(authority.size());
  return Url{std::string(host), static_cast<int>(*number), path.empty() ? "/" : std::string(path)};
}

} // namespace

Result<Fetched> fetch(const std::string& url, std::chrono::seconds timeout) {
  const auto parsed = parse(url);
  if (!parsed) return Error{ErrorCode::invalid, in_quotes(url) + " can't be asked: write http://host:port/path"};
  httplib::Client client(parsed->host, parsed->port);
  client.set_connection_timeout(timeout);
  client.set_read_timeout(timeout);
  const auto answer = client.Get(parsed->path);
  if (!answer) return Error{ErrorCode::unavailable, url + " does not answer"};
  return Fetched{answer->status, answer->body};
}

} // namespace greeter
