#include "http/client.hpp"

#include "base/text.hpp"

#include <httplib.h>

namespace greeter {

Result<Fetched> fetch(const std::string& url, std::chrono::seconds timeout) {
  constexpr std::string_view scheme = "http://";
  const auto authority_end = std::min(url.find('/', scheme.size()), url.size());
  if (!url.starts_with(scheme) || authority_end == scheme.size())
    return Error{ErrorCode::invalid, in_quotes(url) + " can't be asked: write http://host:port/path"};
  httplib::Client client(url.substr(0, authority_end));
  client.set_connection_timeout(timeout);
  client.set_read_timeout(timeout);
  const auto answer = client.Get(authority_end < url.size() ? url.substr(authority_end) : "/");
  if (!answer) return Error{ErrorCode::unavailable, url + " does not answer"};
  return Fetched{answer->status, answer->body};
}

} // namespace greeter
