#include "http/conditional.hpp"

#include "http/framing.hpp"

#include <algorithm>

namespace greeter {

namespace {

struct Tag {
  std::string_view opaque; // with its quotes; empty: the list is over, or makes no sense from here on
  bool weak = false;
};

// Takes the first tag off a list (RFC 9110, 8.8.3). Commas may stand within the quotes.
Tag next_tag(std::string_view& list) {
  list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
  Tag tag;
  tag.weak = list.starts_with("W/");
  if (tag.weak) list.remove_prefix(2);
  const auto end = list.starts_with('"') ? list.find('"', 1) : std::string_view::npos;
  if (end == std::string_view::npos) return {};
  tag.opaque = list.substr(0, end + 1);
  list.remove_prefix(end + 1);
  return tag;
}

bool matches(std::string_view value, std::string_view etag, bool weakly) {
  if (value == "*") return true;
  for (;;) {
    const auto tag = next_tag(value);
    if (tag.opaque.empty()) return false;
    if (tag.opaque == etag && (weakly || !tag.weak)) return true;
  }
}

} // namespace

Precondition precondition(std::string_view headers, std::string_view etag) {
  bool wants_match = false, has_match = false, has_current = false;
  while (!headers.empty()) {
    const auto [name, value] = next_header(headers);
    if (iequals(name, "if-match")) {
      wants_match = true;
      has_match |= matches(value, etag, false);
    } else if (iequals(name, "if-none-match")) {
      has_current |= matches(value, etag, true);
    }
  }
  if (wants_match && !has_match) return Precondition::failed; // RFC 9110, 13.2.2: If-Match comes first
  return has_current ? Precondition::not_modified : Precondition::holds;
}

} // namespace greeter
