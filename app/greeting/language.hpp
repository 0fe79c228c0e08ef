// Languages: their tags (BCP 47) and what clients say of those they prefer (RFC 9110, 12.5.4). Pure functions.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace greeter {

// A well-formed tag (RFC 5646, 2.1): subtags of 1 to 8 letters and digits, of which the first has 2 to 8 letters ("x"
// for private use is none of ours). Not whether anybody speaks it. 35 bytes at most.
bool is_language_tag(std::string_view text);

// RFC 5646, 2.1.1: "de-AT", "zh-Hant-TW". `tag` is one.
std::string canonical_language(std::string_view tag);

// An Accept-Language field's ranges in lower case, the most wanted first and equals in their order; those with q=0 and
// those that make no sense are left out. "*" is one. 32 at most: the rest is not looked at.
std::vector<std::string> accepted_languages(std::string_view field);

} // namespace greeter
