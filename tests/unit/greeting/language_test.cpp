#include "greeting/language.hpp"

#include <doctest/doctest.h>

using namespace greeter;
using namespace std::literals;

using Names = std::vector<std::string>;

TEST_CASE("a language tag is made of subtags") {
  for (const auto good : {"de", "DE-at", "gsw", "zh-Hant-TW", "sl-rozaj-biske-1994", "de-CH-x-phonebk",
                          "en-a-bbb-x-a-ccc", "es-419", "sgn-BE-FR", "abcdefgh-abcdefgh-abcdefgh-12345678"}) {
    CAPTURE(good);
    CHECK(is_language_tag(good));
  }
  for (const auto bad : {"", "d", "x-private", "de-", "-de", "de--AT", "de_AT", "de AT", "d3", "419", "*", "de-*",
                         "abcdefghi", "de-abcdefghi", "dé", "abcdefgh-abcdefgh-abcdefgh-12345678-a"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_language_tag(bad));
  }
  CHECK_FALSE(is_language_tag("de\0"sv));
}

TEST_CASE("a language tag has one case") {
  const std::pair<const char*, const char*> cases[] = {
      {"DE", "de"},
      {"de-at", "de-AT"},
      {"ZH-HANT-tw", "zh-Hant-TW"},
      {"mN-cYRL-Mn", "mn-Cyrl-MN"},
      {"EN-CA-X-CA", "en-CA-x-ca"}, // RFC 5646, 2.1.1
      {"AZ-latn-x-LATN", "az-Latn-x-latn"},
      {"SGN-be-fr", "sgn-BE-FR"},
      {"ES-419", "es-419"},
      {"DE-1996", "de-1996"},
      {"SL-ROZAJ", "sl-rozaj"},
      {"de-1aBc", "de-1abc"},
  };
  for (const auto& [tag, canonical] : cases) {
    CAPTURE(tag);
    CHECK(canonical_language(tag) == canonical);
    CHECK(canonical_language(canonical) == canonical);
  }
}

TEST_CASE("the languages of a client come in its order") {
  const std::pair<std::string, Names> cases[] = {
      {"", {}},
      {"de", {"de"}},
      {"DE-at", {"de-at"}},
      {"da, en-gb;q=0.8, en;q=0.7", {"da", "en-gb", "en"}}, // RFC 9110, 12.5.4
      {"en;q=0.7, en-gb;q=0.8, da", {"da", "en-gb", "en"}},
      {"fr, de, it", {"fr", "de", "it"}},
      {"fr;q=0.5,de;q=0.5,it;q=0.501", {"it", "fr", "de"}},
      {"de;q=1, fr;q=1.000, it", {"de", "fr", "it"}},
      {"*", {"*"}},
      {"*;q=0.1, de", {"de", "*"}},
      {"de;q=0, en", {"en"}},
      {"de;q=0.0, en;q=0.000", {}},
      {"de;q=0.001", {"de"}},
      {" \tde\t ;\tQ=0.3 , en ", {"en", "de"}},
      {",, de ,,en,", {"de", "en"}},
      {"de;q=2, en", {"en"}},
      {"de;q=1.001, de;q=-1, de;q=, de;q=.5, de;q=0.1234, de;q=1e0, de;q, de;x=1, de;, de;q=0.5;x=1, de;q = 1, en",
       {"en"}},
      {"de_AT, d, 1, dé, de-, \"de\", de at, en-*, *-CH, **, en", {"en"}},
      {"text/html;q=0.9", {}},
      {";", {}},
      {",", {}},
  };
  for (const auto& [field, names] : cases) {
    CAPTURE(field);
    CHECK(accepted_languages(field) == names);
  }
}

TEST_CASE("no more than 32 ranges are looked at") {
  std::string field = "a1, "; // one that makes no sense counts
  for (int i = 0; i < 31; ++i) field += "de;q=0.5, ";
  CHECK(accepted_languages(field + "en").size() == 31);
  CHECK(accepted_languages("en, " + field).size() == 31);
  CHECK(accepted_languages("en, " + field).front() == "en");
  CHECK(accepted_languages(std::string(100'000, ',') + "en") == Names{"en"});
}
