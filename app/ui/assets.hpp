// What browsers get of this program: the page that looks after greetings, and the API's description. Public: they hold
// no data, which only comes through the API, for a token.
#pragma once
#include <span>
#include <string_view>

namespace greeter {

struct Asset {
  std::string_view path; // of the URL: "/ui"
  std::string_view content_type;
  std::string_view security_policy; // value of Content-Security-Policy
  std::string_view etag;            // with its quotes; changes with the body
  std::string_view body;
};

// Lives as long as the program.
std::span<const Asset> assets();

} // namespace greeter
