#include "store/open.hpp"

namespace greeter {

std::optional<std::string_view> store_url_fault(std::string_view url) {
  constexpr std::string_view sqlite = "sqlite:";
  if (url == "memory:" || (url.starts_with(sqlite) && url.size() > sqlite.size())) return {};
  return "a store is none, memory: or sqlite:/path/to/file.db";
}

} // namespace greeter
