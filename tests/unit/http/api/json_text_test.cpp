#include "http/api/json_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using greeter::api::parse_json;

TEST_CASE("JSON is taken as it is") {
  const auto parsed = parse_json(R"({"a":{"b":[1,{"a":null}]},"b":"x"})");
  REQUIRE(parsed);
  CHECK(parsed.value()["a"]["b"][0] == 1);
}

TEST_CASE("what is no JSON is refused, and the reason said") {
  const std::pair<std::string, const char*> cases[] = {
      {"", "no body"},
      {"{", "from byte"},
      {R"({"a":1,"a":2})", "\"a\" stands twice"},
      {R"([{"b":{"a":1,"c":1,"a":2}}])", "\"a\" stands twice"},
      {R"({"a":1}})", "from byte 8"},
      {"{\"a\":\"\xff\"}", "from byte"},
      {R"({"a":1e999})", "out of range"},
      {std::string(50'000, '['), "nested"},
      {std::string(20, '[') + std::string(20, ']'), "nested"},
  };
  for (const auto& [text, said] : cases) {
    CAPTURE(text.substr(0, 60));
    const auto parsed = parse_json(text);
    REQUIRE_FALSE(parsed);
    CAPTURE(parsed.error().message);
    CHECK(parsed.error().message.find(said) != std::string::npos);
  }
}
