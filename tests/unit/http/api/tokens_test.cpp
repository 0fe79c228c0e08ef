#include "http/api/tokens.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace greeter;

namespace {
constexpr auto editor = "abcdefghijklmnop-editor", reader = "abcdefghijklmnop-reader";
}

TEST_CASE("tokens have roles") {
  const auto tokens =
      Tokens::parse("# who may what\n\neditor abcdefghijklmnop-editor\r\n  reader\t abcdefghijklmnop-reader  \n");
  REQUIRE(tokens);
  CHECK(tokens.value().size() == 2);
  CHECK(tokens.value().role_of(editor) == Role::editor);
  CHECK(tokens.value().role_of(reader) == Role::reader);
  for (const auto* const unknown :
       {"", "abcdefghijklmnop", "abcdefghijklmnop-editoR", "abcdefghijklmnop-editor2", "bbcdefghijklmnop-editor"})
    CHECK_FALSE(tokens.value().role_of(unknown));
}

TEST_CASE("a token that is there twice has its larger role") {
  const auto tokens = Tokens::parse("editor abcdefghijklmnop\nreader abcdefghijklmnop\n");
  REQUIRE(tokens);
  CHECK(tokens.value().role_of("abcdefghijklmnop") == Role::editor);
}

TEST_CASE("a file that can't be used is refused, and its tokens are not told") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "no token"},
      {"# nothing\n", "no token"},
      {"editor short-secret\n", "line 1"},
      {"editor abcdefghijklmnop\nowner abcdefghijklmnop-secret\n", "line 2"},
      {"editor abcdefghijklmn-secret\"\n", "line 1"},
      {"editor abcdefghij klmnop-secret\n", "line 1"},
      {"abcdefghijklmnop-secret\n", "line 1"},
  };
  for (const auto& [text, said] : cases) {
    CAPTURE(text);
    const auto tokens = Tokens::parse(text);
    REQUIRE_FALSE(tokens);
    CHECK(tokens.error().message.find(said) != std::string::npos);
    CHECK(tokens.error().message.find("secret") == std::string::npos);
  }
  CHECK_FALSE(Tokens::parse("editor " + std::string(257, 'a')));
  CHECK(Tokens::parse("editor " + std::string(256, 'a')));
}

TEST_CASE("the token of an Authorization field") {
  CHECK(bearer_token("Bearer abc") == "abc");
  CHECK(bearer_token("bEARER   abc") == "abc");
  CHECK(bearer_token("Bearer") == "");
  CHECK(bearer_token("Bearer ") == "");
  CHECK(bearer_token("Basic abc") == "");
  CHECK(bearer_token("") == "");
}
