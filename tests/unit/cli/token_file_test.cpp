#include "cli/token_file.hpp"

#include <doctest/doctest.h>

using namespace greeter;

namespace {

std::string token_in(std::string_view text) {
  const auto token = parse_token_file(text, "tokens");
  return token ? token.value() : "error: " + token.error().message;
}

} // namespace

TEST_CASE("the token is the first editor's, else the bare one, else the first reader's") {
  CHECK(token_in("reader aaaaaaaaaaaaaaaa\neditor bbbbbbbbbbbbbbbb\neditor cccccccccccccccc\n") == "bbbbbbbbbbbbbbbb");
  CHECK(token_in("# mine\n\n  bbbbbbbbbbbbbbbb  \n") == "bbbbbbbbbbbbbbbb");
  CHECK(token_in("bbbbbbbbbbbbbbbb\r\n") == "bbbbbbbbbbbbbbbb");
  CHECK(token_in("reader aaaaaaaaaaaaaaaa") == "aaaaaaaaaaaaaaaa");
  CHECK(token_in("editor\taA0-._~+/=aaaaaaaa # no comment\n").starts_with("error: tokens:1:"));
}

TEST_CASE("what is no token is told by its line, never by what stands there") {
  for (const auto* text : {"editor secret", "secret", "writer aaaaaaaaaaaaaaaa", "editor aaaaaaaaaaaaaaaa!", "a b c"}) {
    CAPTURE(text);
    const auto told = token_in(std::string("# first\n") + text);
    CHECK(told.starts_with("error: tokens:2: holds no token; write editor TOKEN"));
    CHECK(told.find("secret") == std::string::npos);
  }
  CHECK(token_in("# nothing\n") == "error: tokens: holds no token");
  CHECK(token_in(std::string(257, 'a')).starts_with("error: tokens:1:"));
}
