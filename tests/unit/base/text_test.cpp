#include "base/text.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace greeter;
using namespace std::literals;

TEST_CASE("UTF-8 is accepted and refused as RFC 3629 has it") {
  for (const auto good :
       {""sv, "Moin!"sv, "Grüß Gott"sv, "こんにちは"sv, "👋🏽"sv, "\xf4\x8f\xbf\xbf"sv, "\xed\x9f\xbf"sv, "a\0b"sv}) {
    CAPTURE(good);
    CHECK(is_utf8(good));
  }
  const std::array bad{"\xff"sv,
                       "\x80"sv,
                       "\xc3"sv,
                       "\xc0\xaf"sv,
                       "\xe0\x80\xaf"sv,
                       "\xed\xa0\x80"sv,
                       "\xf4\x90\x80\x80"sv,
                       "\xf0\x82\x82\xac"sv,
                       "\xe2\x82"sv,
                       "ok\xf8\x88\x80\x80\x80"sv};
  for (const auto text : bad) {
    CAPTURE(in_quotes(text));
    CHECK_FALSE(is_utf8(text));
  }
}

TEST_CASE("a DNS label is 1 to 63 of a-z, 0-9 and -") {
  CHECK(is_dns_label("customer-a"));
  CHECK(is_dns_label("0"));
  CHECK(is_dns_label(std::string(63, 'a')));
  for (const auto& bad : {std::string(), std::string(64, 'a'), "-a"s, "a-"s, "A"s, "a_b"s, "a.b"s, "ä"s, "a b"s}) {
    CAPTURE(bad);
    CHECK_FALSE(is_dns_label(bad));
  }
}

TEST_CASE("a DNS name is labels joined by dots") {
  CHECK(is_dns_name("parcellab.com"));
  CHECK(is_dns_name("localhost"));
  for (const auto bad : {"", ".", "a.", ".a", "a..b", "A.com", "a.com:80"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_dns_name(bad));
  }
  std::string longest(63, 'a');
  for (int i = 0; i < 3; ++i) longest += "." + std::string(i == 2 ? 61 : 63, 'a');
  CHECK(longest.size() == 253);
  CHECK(is_dns_name(longest));
  CHECK_FALSE(is_dns_name(longest + "a"));
}

TEST_CASE("the nearest word is one that was probably meant") {
  constexpr std::array words{"greeting"sv, "name"sv, "hosts"sv};
  CHECK(nearest("greting", words) == "greeting");
  CHECK(nearest("nmae", words) == "name");
  CHECK(nearest("host", words) == "hosts");
  CHECK(nearest("replicas", words).empty());
  CHECK(nearest("", words).empty());
}

TEST_CASE("a fingerprint is 64-bit FNV-1a in hex") {
  CHECK(fingerprint("") == "cbf29ce484222325");
  CHECK(fingerprint("a") == "af63dc4c8601ec8c");
  CHECK(fingerprint("foobar") == "85944171f73967e8");
}

TEST_CASE("numbers are digits only") {
  CHECK(parse_number("0") == 0);
  CHECK(parse_number("18446744073709551615") == UINT64_MAX);
  for (const auto bad : {"", "-1", "+1", "1 ", " 1", "0x1", "1.5", "18446744073709551616"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_number(bad));
  }
}

TEST_CASE("quoted text stays on one line whatever it holds") {
  CHECK(in_quotes("a\n\"b\"\\") == R"("a\n\"b\"\\")");
  CHECK(in_quotes("\xff\r\x1b") == "\"\xef\xbf\xbd\\r\\u001b\"");
  CHECK(in_quotes("Grüß") == "\"Grüß\"");
}
