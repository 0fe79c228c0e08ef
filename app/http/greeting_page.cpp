#include "http/greeting_page.hpp"

#include <fmt/format.h>

namespace greeter {

namespace {

// greeting_page_policy() has the hash of what stands between the tags: tests/unit/http/greeting_page_test.cpp says
// which, should this change.
constexpr std::string_view style = R"(
:root{color-scheme:light dark}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;background:#f6f7f9;color:#16212f;
font-family:system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{box-sizing:border-box;width:min(100%,52rem);padding:2rem;text-align:center}
h1{margin:0;font-weight:600;line-height:1.3;white-space:pre-line;overflow-wrap:anywhere;text-wrap:balance;
font-size:clamp(2rem,8vw,4.5rem)}
h1.long{font-size:clamp(1.1rem,3vw,1.6rem);font-weight:400;line-height:1.5;text-align:start;text-wrap:wrap}
p{margin:1.5rem 0 0;color:#56616f}
@media(prefers-color-scheme:dark){body{background:#10161e;color:#eef2f6}p{color:#9aa7b6}}
)";

constexpr std::size_t long_text = 120; // bytes: beyond, letters of a headline's size would fill the screen

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&quot;"; break;
    case '\'': out += "&#39;"; break;
    default: out += c;
    }
  }
  return out;
}

} // namespace

std::string greeting_page(std::string_view text, std::string_view language, std::string_view customer) {
  // A text whose language nobody told has lang="", which means just that; the page itself has to have one.
  return fmt::format(R"(<!DOCTYPE html>
<html lang="{page_language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{customer}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main>
<h1{size} lang="{language}" dir="auto">{text}</h1>
<p dir="auto">{customer}</p>
</main>
</body>
</html>
)",
                     fmt::arg("page_language", language.empty() ? "en" : escaped(language)),
                     fmt::arg("customer", escaped(customer)), fmt::arg("style", style),
                     fmt::arg("size", text.size() > long_text ? R"( class="long")" : ""),
                     fmt::arg("language", escaped(language)), fmt::arg("text", escaped(text)));
}

std::string_view greeting_page_policy() {
  return "default-src 'none'; style-src 'sha256-HimnwaBQnOkdV8tceBk+IPIPQgWENUUSEJyzcDMzmBY='; img-src data:; "
         "form-action 'none'; base-uri 'none'; "
         "frame-ancestors 'none'";
}

} // namespace greeter
