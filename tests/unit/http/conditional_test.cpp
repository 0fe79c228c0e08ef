#include "http/conditional.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace greeter;

namespace {

constexpr auto current = "\"5f\"";

Precondition asked(const std::string& lines) { return precondition(lines + "\r\n", current); }

} // namespace

TEST_CASE("If-None-Match spares the client what it has (RFC 9110 13.1.2)") {
  for (const auto* line :
       {R"(If-None-Match: "5f")", R"(if-none-match:W/"5f")", R"(If-None-Match: "a", "5f")",
        R"(If-None-Match: "a,b" , W/"5f" ,)", "If-None-Match: *", "If-None-Match: \"a\"\r\nIf-None-Match: \"5f\""}) {
    CAPTURE(line);
    CHECK(asked(line) == Precondition::not_modified);
  }
  for (const auto* line :
       {"Accept: */*", R"(If-None-Match: "5F")", R"(If-None-Match: 5f)", R"(If-None-Match: "a,"5f")",
        R"(If-None-Match: w/"5f")", "If-None-Match:", R"(If-None-Match: "5f)", R"(If-None-Match: "a", *)"}) {
    CAPTURE(line);
    CHECK(asked(line) == Precondition::holds);
  }
}

TEST_CASE("If-Match asks for one version, compared strongly (RFC 9110 13.1.1)") {
  CHECK(asked(R"(If-Match: "5f")") == Precondition::holds);
  CHECK(asked("If-Match: *") == Precondition::holds);
  CHECK(asked(R"(If-Match: "a", "5f")") == Precondition::holds);
  CHECK(asked(R"(If-Match: W/"5f")") == Precondition::failed);
  CHECK(asked(R"(If-Match: "a")") == Precondition::failed);
  CHECK(asked("If-Match:") == Precondition::failed);
}

TEST_CASE("If-Match comes first (RFC 9110 13.2.2)") {
  CHECK(asked("If-None-Match: *\r\nIf-Match: \"a\"") == Precondition::failed);
  CHECK(asked("If-None-Match: \"5f\"\r\nIf-Match: \"5f\"") == Precondition::not_modified);
}
