// The least of an HTTP client: enough to ask a running instance how it is.
#pragma once
#include "base/error.hpp"

#include <chrono>
#include <string>

namespace greeter {

struct Fetched {
  int status;
  std::string body;
};

// GET of an http:// URL. Errors say what is wrong with the URL, or that nobody answered in time.
Result<Fetched> fetch(const std::string& url, std::chrono::seconds timeout);

} // namespace greeter
