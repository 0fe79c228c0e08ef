// Tokens for the API: from a file in the server's own format, or one that holds a token and nothing else.
#pragma once
#include "base/error.hpp"

#include <string>
#include <string_view>

namespace greeter {

// The first editor's of `editor TOKEN` and `reader TOKEN` lines, else the first reader's; or the one bare token. Blank
// lines and those that begin with # are skipped. `name` is for errors.
Result<std::string> parse_token_file(std::string_view text, const std::string& name);

// The same from a file. Warns on standard error where others than its owner may read it.
Result<std::string> read_token_file(const std::string& file);

// What can stand in an Authorization field: 16 to 256 of letters, digits and -._~+/=.
bool is_token(std::string_view text);

} // namespace greeter
