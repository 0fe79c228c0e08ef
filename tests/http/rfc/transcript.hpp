// Compares all that a server said on a connection with what it should have said, byte for byte where that is known.
#pragma once
#include "http/rfc/case.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace greeter::test::rfc {

// Empty when `said` is these answers and nothing else; or one sentence about the first difference. `ends`: the last
// answer says that the connection closes.
std::string difference(std::string_view said, const std::vector<Answer>& answers, bool ends);

// Whether text is a date as RFC 9110, 5.6.7 wants it, of the last minute.
bool is_recent_date(std::string_view text);

// The text with its control characters readable, and not too long.
std::string shown(std::string_view text);

} // namespace greeter::test::rfc
