// What a browser is shown at /: a small page that is nothing but the greeting.
#pragma once
#include <string>
#include <string_view>

namespace greeter {

// HTML in UTF-8, less than 2 kB around the three. `language` is a BCP 47 tag or empty; line breaks of the text stay.
std::string greeting_page(std::string_view text, std::string_view language, std::string_view customer);

// The value of Content-Security-Policy that goes with it: no script, and no style but the page's own.
std::string_view greeting_page_policy();

} // namespace greeter
