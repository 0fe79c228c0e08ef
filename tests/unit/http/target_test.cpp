#include "http/target.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace greeter;

TEST_CASE("percent-encoding is taken back, strictly") {
  CHECK(percent_decoded("a%20b%2Fc") == "a b/c");
  CHECK(percent_decoded("gr%C3%BC%c3%9fe") == "gr\xc3\xbc\xc3\x9f"
                                              "e");
  CHECK(percent_decoded("") == "");
  for (const auto* const bad : {"%", "%4", "%zz", "a%g0", "%ff", "%C3", "%00", "%0d%0a", "%7F", "%ED%A0%80"}) {
    CAPTURE(bad);
    CHECK_FALSE(percent_decoded(bad));
  }
}

TEST_CASE("what is encoded is decoded to itself") {
  for (const std::string text : {"a b", "100%", "\xc3\xbc?&=#+", "-._~aZ09"}) {
    CAPTURE(text);
    const auto encoded = percent_encoded(text);
    CHECK(encoded.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~%") ==
          std::string::npos);
    CHECK(percent_decoded(encoded) == text);
  }
}

TEST_CASE("a query is a list of names and values") {
  CHECK(query_parameters("") == Parameters{});
  CHECK(query_parameters("?") == Parameters{});
  CHECK(query_parameters("?a=1&b=x+y%2B&a=&c&&=d") ==
        Parameters{{"a", "1"}, {"b", "x y+"}, {"a", ""}, {"c", ""}, {"", "d"}});
  CHECK(query_parameters("?a=b=c") == Parameters{{"a", "b=c"}});
  CHECK_FALSE(query_parameters("?a=%"));
  CHECK_FALSE(query_parameters("?%zz=1"));
}
