#include "cli/contexts_file.hpp"

#include <doctest/doctest.h>

using namespace greeter;

namespace {

Result<Contexts> parse(std::string_view text) {
  return parse_contexts(text, "config.yaml", "/etc/greeter", "/home/me");
}

} // namespace

TEST_CASE("contexts come back as they were written") {
  const Contexts contexts{{{"a", {"https://a.example.com", "customer-a", "/home/me/tokens"}}, {"b", {}}}, "a"};
  const auto read = parse(to_text(contexts));
  REQUIRE(read);
  CHECK(read.value() == contexts);
}

TEST_CASE("a token file may be named from home or from beside the file") {
  const auto read = parse("contexts: {a: {token_file: ~/t}, b: {token_file: t}, c: {token_file: /t}}");
  REQUIRE(read);
  CHECK(read.value().all.at("a").token_file == "/home/me/t");
  CHECK(read.value().all.at("b").token_file == "/etc/greeter/t");
  CHECK(read.value().all.at("c").token_file == "/t");
}

TEST_CASE("an empty file has no contexts") {
  for (const auto* text : {"", "# nothing\n", "contexts:\n", "current: ''\n"}) {
    CAPTURE(text);
    const auto read = parse(text);
    REQUIRE(read);
    CHECK(read.value() == Contexts{});
  }
}

TEST_CASE("a fault of the file is told, with what would be right") {
  struct Case {
    const char *text, *told;
  };
  for (const auto& [text, told] :
       {Case{"- a\n", "config.yaml: is no map"},
        Case{"context: {}\n", "context is no known key; did you mean contexts?"},
        Case{"contexts: {a: {sever: x}}\n", "contexts.a.sever is no known key; did you mean server?"},
        Case{"contexts: {A: {}}\n", "\"A\" can't name a context"},
        Case{"contexts: {a: {server: 1}}\n", "contexts.a.server is no text"},
        Case{"current: b\ncontexts: {a: {}}\n", "current names \"b\", which is none"},
        Case{"contexts:\n  a: {}\n  a: {}\n", "config.yaml:3: \"a\" is set twice"}, Case{"a: [\n", "config.yaml:"}}) {
    CAPTURE(text);
    const auto read = parse(text);
    REQUIRE_FALSE(read);
    CAPTURE(read.error().message);
    CHECK(read.error().message.find(told) != std::string::npos);
  }
}
