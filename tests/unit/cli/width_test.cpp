#include "cli/width.hpp"

#include <doctest/doctest.h>

using namespace greeter;

TEST_CASE("text is as wide as a terminal shows it") {
  struct Case {
    const char* text;
    std::size_t width;
  };
  for (const auto& [text, width] :
       {Case{"", 0}, Case{"Moin!", 5}, Case{"Grüß Gott", 9}, Case{"u\u0308", 1}, Case{"你好", 4}, Case{"ｈｉ", 4},
        Case{"한국", 4}, Case{"👋", 2}, Case{"👋🏽", 2}, Case{"👨\u200d👩\u200d👧", 2}, Case{"❤\ufe0f", 2},
        Case{"❤", 1}, Case{"a\u200bb", 2}, Case{"नमस्ते", 4}, Case{"\xff", 1}, Case{"\xe4\xbd", 2}}) {
    CAPTURE(text);
    CHECK(display_width(text) == width);
  }
}

TEST_CASE("what does not fit is cut at a character, with a sign of it") {
  CHECK(cut_to_width("Moin!", 5) == "Moin!");
  CHECK(cut_to_width("Moin!!", 5) == "Moin…");
  CHECK(cut_to_width("你好吗", 5) == "你好…");
  CHECK(cut_to_width("你好吗", 4) == "你…");
  CHECK(cut_to_width("u\u0308u\u0308u\u0308", 2) == "u\u0308…");
  CHECK(cut_to_width("Moin!", 1) == "…");
  CHECK(cut_to_width("Moin!", 0).empty());
}

TEST_CASE("no text drives the terminal") {
  CHECK(one_line("Moin!") == "Moin!");
  CHECK(one_line("a\nb\tc\r") == "a\\nb\\tc\\r");
  CHECK(one_line("\x1b[2Jgone") == "\\u001b[2Jgone");
  CHECK(one_line("\u009b2J") == "\\u009b2J");
  CHECK(one_line("\x7f") == "\\u007f");
  CHECK(one_line("abc\u202edef") == "abc\\u202edef");
  CHECK(one_line("a\xff"
                 "b\xe4\xbd") == "a�b��");
  CHECK(one_line("Grüß 你好 👋") == "Grüß 你好 👋");
}

TEST_CASE("JSON that is made harmless means the same") {
  CHECK(harmless_json("{\"text\": \"\u009b2J\u202e\"}\n") == "{\"text\": \"\\u009b2J\\u202e\"}\n");
  CHECK(harmless_json("[\"Grüß 👋\"]") == "[\"Grüß 👋\"]");
}
