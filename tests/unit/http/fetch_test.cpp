#include "http/fetch.hpp"

#include <doctest/doctest.h>

using namespace greeter;

TEST_CASE("a URL that can't be asked is told, with what would be right") {
  for (const auto* url : {"", "localhost", "ftp://localhost/", "http://", "http:///x", "http://a@b/", "http://a b/",
                          "http://a/#b", "http://h:/", "http://h:0/", "http://h:65536/", "http://h:99999999999/",
                          "http://h:8o80/", "http://[::1/", "http://[::1]x/"}) {
    CAPTURE(url);
    const auto answer = fetch(url, std::chrono::seconds(1));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::invalid);
    CHECK(answer.error().message.find("write http://host:port/path") != std::string::npos);
  }
}

TEST_CASE("a server that is not there is told") {
  const auto answer = fetch("http://127.0.0.1:1/readyz", std::chrono::seconds(1));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::unavailable);
  CHECK(answer.error().message == "http://127.0.0.1:1/readyz does not answer: nobody answers there");
}
