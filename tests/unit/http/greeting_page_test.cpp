#include "http/greeting_page.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <array>

using namespace greeter;

namespace {

std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const auto start = text.find(before);
  REQUIRE(start != std::string_view::npos);
  const auto from = start + before.size();
  return std::string(text.substr(from, text.find(after, from) - from));
}

std::string sha256_base64(const std::string& text) {
  std::array<unsigned char, 32> hash{};
  REQUIRE(EVP_Digest(text.data(), text.size(), hash.data(), nullptr, EVP_sha256(), nullptr) == 1);
  std::array<unsigned char, 45> encoded{};
  EVP_EncodeBlock(encoded.data(), hash.data(), hash.size());
  return {reinterpret_cast<const char*>(encoded.data())};
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

} // namespace

TEST_CASE("a greeting's page lets its own style through and nothing else") {
  const auto page = greeting_page("Moin!", "de", "C");
  const auto hash = sha256_base64(between(page, "<style>", "</style>"));
  INFO("the style's hash is sha256-" << hash);
  CHECK(has(greeting_page_policy(), "style-src 'sha256-" + hash + "';"));
  CHECK(greeting_page_policy().starts_with("default-src 'none';"));
  CHECK(!has(greeting_page_policy(), "unsafe"));
  CHECK(!has(page, " style="));
}

TEST_CASE("a greeting's page says the language of its text") {
  CHECK(has(greeting_page("Moin!", "de-AT", "C"), R"(<html lang="de-AT">)"));
  CHECK(has(greeting_page("Moin!", "de-AT", "C"), R"(<h1 lang="de-AT" dir="auto">Moin!</h1>)"));
  CHECK(has(greeting_page("Moin!", "", "C"), R"(<h1 lang="" dir="auto">Moin!</h1>)"));
}

TEST_CASE("whatever a greeting and a customer are called, it is text on the page") {
  const auto page = greeting_page("<script>alert(1)</script>\n& \"more\"", "\"><b>", "</title><i>'C'");
  CHECK(has(page, "&lt;script&gt;alert(1)&lt;/script&gt;\n&amp; &quot;more&quot;</h1>"));
  CHECK(has(page, "lang=\"&quot;&gt;&lt;b&gt;\""));
  CHECK(has(page, "<title>&lt;/title&gt;&lt;i&gt;&#39;C&#39;</title>"));
  CHECK(!has(page, "<script"));
  CHECK(!has(page, "<i>"));
}

TEST_CASE("a greeting's page is small, and a long text gets smaller letters") {
  CHECK(greeting_page("", "", "").size() < 2000);
  CHECK(!has(greeting_page(std::string(120, 'a'), "", "C"), "class="));
  CHECK(has(greeting_page(std::string(121, 'a'), "", "C"), R"(<h1 class="long" )"));
}
