#include "ui/assets.hpp"

#include "base/version.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <regex>
#include <set>
#include <string>

using namespace greeter;

namespace {

const Asset& asset(std::string_view path) {
  const auto found = std::find_if(assets().begin(), assets().end(), [&](const Asset& a) { return a.path == path; });
  REQUIRE_MESSAGE(found != assets().end(), path);
  return *found;
}

bool is_page(const Asset& asset) { return asset.content_type.starts_with("text/html"); }

bool has(const Asset& asset, const char* pattern) {
  return std::regex_search(asset.body.begin(), asset.body.end(), std::regex(pattern, std::regex::icase));
}

// What a page asks for by itself.
std::set<std::string> links(const Asset& asset) {
  const std::regex pattern("<(?:script|link)[^>]* (?:src|href)=\"(/[^\"]*)\"");
  std::set<std::string> found;
  for (auto i = std::cregex_iterator(asset.body.begin(), asset.body.end(), pattern); i != std::cregex_iterator(); ++i)
    found.insert((*i)[1]);
  return found;
}

} // namespace

TEST_CASE("pages, styles and scripts are there, each as what it is") {
  CHECK(asset("/ui").content_type == "text/html; charset=utf-8");
  CHECK(asset("/ui").body.starts_with("<!DOCTYPE html>\n"));
  CHECK(asset("/ui").body.ends_with("</html>\n"));
  CHECK(asset("/ui/ui.css").content_type == "text/css; charset=utf-8");
  CHECK(asset("/ui/ui.js").content_type == "text/javascript; charset=utf-8");
  CHECK(asset("/docs").content_type == "text/html; charset=utf-8");
  CHECK(asset("/openapi.json").content_type == "application/json");
  std::set<std::string_view> tags;
  for (const auto& each : assets()) {
    CAPTURE(each.path);
    CHECK(!each.body.empty());
    CHECK(each.etag.size() == 18);
    CHECK(tags.insert(each.etag).second);
  }
}

TEST_CASE("the API's description is JSON and has the program's version") {
  const auto description = nlohmann::json::parse(asset("/openapi.json").body);
  CHECK(description["info"]["version"] == GREETER_VERSION);
}

TEST_CASE("no page holds a script, a style or a handler of its own") {
  for (const auto& each : assets()) {
    if (!is_page(each)) continue;
    CAPTURE(each.path);
    CHECK(!has(each, "<style"));
    CHECK(!has(each, "\\sstyle\\s*="));
    CHECK(!has(each, "\\son[a-z]+\\s*="));
    CHECK(!has(each, "javascript:"));
    CHECK(!has(each, "<script(?![^>]*\\ssrc=)"));
    CHECK(!has(each, "<script[^>]*>[^<]"));
  }
}

TEST_CASE("whatever a page asks for is there") {
  for (const auto& each : assets())
    if (is_page(each)) {
      CHECK(!links(each).empty());
      for (const auto& link : links(each)) asset(link);
    }
}

TEST_CASE("every page forbids whatever it does not need") {
  for (const auto& each : assets()) {
    CAPTURE(each.path);
    CHECK(each.security_policy.starts_with("default-src 'none'"));
    CHECK(each.security_policy.find("frame-ancestors 'none'") != std::string_view::npos);
    CHECK(each.security_policy.find("unsafe") == std::string_view::npos);
    CHECK(each.security_policy.find('*') == std::string_view::npos);
  }
  CHECK(asset("/ui").security_policy.find("http") == std::string_view::npos);
}
