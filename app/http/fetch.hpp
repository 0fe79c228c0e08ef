// A small HTTP client: one request a connection, over http or https, with a body or a stream for an answer.
#pragma once
#include "base/error.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace greeter {

struct FetchRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers; // a "Host" here replaces the URL's
  std::string body;
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  std::chrono::milliseconds read_timeout = std::chrono::seconds(30); // without a byte from the server
  std::string ca_file = default_ca_file; // who may vouch for an https server, whose name is always verified

  static constexpr auto default_ca_file = "/etc/ssl/certs/ca-certificates.crt";
};

struct Fetched {
  int status = 0;
  std::map<std::string, std::string> headers; // names in lower case; the last one of a name
  std::string body;                           // 64 MiB at most

  // The field's value; empty: there is none.
  std::string header(const std::string& name) const;
};

// Takes some bytes of an answer; false: no more of it is wanted.
using FetchSink = std::function<bool(std::string_view)>;

// Redirections are not followed. Errors: invalid (the URL makes no sense), unavailable (nobody answers, in time or at
// all; the certificate is not to be trusted). Blocks; safe to call from several threads.
Result<Fetched> fetch(const FetchRequest& request);

// The same, but the body of a 200 goes to `sink` as it comes. Returns once the server has ended it or the sink wants no
// more; an answer that breaks off is `unavailable`.
Result<Fetched> fetch(const FetchRequest& request, const FetchSink& sink);

// GET of a URL with one timeout for everything that can take time.
Result<Fetched> fetch(const std::string& url, std::chrono::seconds timeout);

} // namespace greeter
