#include "http/accept.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace greeter;

TEST_CASE("browsers get HTML, everybody else JSON") {
  const std::pair<const char*, bool> cases[] = {
      {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true},
      {"text/html", true},
      {"TEXT/HTML ; level=1", true},
      {"text/*", true},
      {"text/html;q=0.5, application/json;q=0.4", true},
      {"text/html;q=0.001", true},
      {"application/json, text/html", false}, // as good, as specific: JSON is what there has always been
      {"text/html, */*", true},
      {"*/*", false},
      {"", false},
      {"application/json", false},
      {"text/html;q=0", false},
      {"text/html;q=0.3, application/json;q=0.4", false},
      {"text/html;q=0.3, */*;q=0.4", false},
      {"text/html;q=0, */*", false},
      {"text/html;q=x", false},
      {"image/png, text/plain", false},
      {",;=,;q,", false},
  };
  for (const auto& [accept, html] : cases) {
    CAPTURE(accept);
    CHECK(prefers_html(accept) == html);
  }
}
