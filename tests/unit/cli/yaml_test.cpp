#include "cli/yaml.hpp"

#include <doctest/doctest.h>

using namespace greeter;
using Json = nlohmann::ordered_json;

TEST_CASE("whatever is written as YAML comes back") {
  for (const auto* text : {R"({"text":"Moin!"})",
                           R"({"text":"yes"})",
                           R"({"text":"no"})",
                           R"({"text":"42"})",
                           R"({"text":"null"})",
                           R"({"text":"~"})",
                           R"({"text":""})",
                           R"({"text":" a "})",
                           R"({"text":"a: b # c"})",
                           R"({"text":"two\nlines\n"})",
                           R"({"text":"\u001b[2J\t\u009b"})",
                           R"({"text":"Grüß 👋 'x' \"y\" \\"})",
                           R"({"starts_at":"2026-12-24T00:00:00Z"})",
                           R"({"tags":["a","b-c"]})",
                           R"({"tags":[]})",
                           R"({"language":null,"revision":12,"ok":true})",
                           R"([{"id":"a"},{"id":"b"}])",
                           R"({"a":{"b":{"c":[{"d":1}]}}})",
                           "[]",
                           "{}",
                           R"({"a":{}})"}) {
    CAPTURE(text);
    const auto json = Json::parse(text);
    const auto yaml = to_yaml(json);
    CAPTURE(yaml);
    const auto back = parse_yaml(yaml, "text");
    REQUIRE(back);
    CHECK(back.value() == json);
    CHECK(yaml.find('\x1b') == std::string::npos);
    CHECK(yaml.find("\u009b") == std::string::npos);
  }
}

TEST_CASE("scalars are what YAML 1.2 takes them for") {
  const auto read = parse_yaml(
      "language: no\nstarts_at: 2026-12-24T00:00:00+01:00\nn: 1\nb: true\ne: ~\nq: \"1\"\nv: 1.5\nw: 1.2.3\n", "x");
  REQUIRE(read);
  CHECK(
      read.value() ==
      Json::parse(
          R"({"language":"no","starts_at":"2026-12-24T00:00:00+01:00","n":1,"b":true,"e":null,"q":"1","v":1.5,"w":"1.2.3"})"));
}

TEST_CASE("what is no YAML, or too much of it, is told by its line") {
  CHECK(parse_yaml("a: 1\nb: [\n", "x").error().message.starts_with("x:"));
  CHECK(parse_yaml("a: 1\na: 2\n", "x").error().message == "x:2: \"a\" is set twice; keep one");
  CHECK_FALSE(parse_yaml("\xff", "x"));
  CHECK_FALSE(parse_yaml(std::string(100, '[') + std::string(100, ']'), "x"));
  const auto* const bomb =
      "a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
      "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
      "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f]\n";
  CHECK_FALSE(parse_yaml(bomb, "x"));
}
