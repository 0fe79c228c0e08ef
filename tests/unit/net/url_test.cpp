#include "net/url.hpp"

#include <doctest/doctest.h>

using namespace greeter;

TEST_CASE("URLs are taken apart") {
  struct Case {
    const char *text, *origin, *target, *host;
  };
  for (const auto& [text, origin, target, host] :
       {Case{"http://a", "http://a:80", "/", "a"}, Case{"https://a/b?c=d", "https://a:443", "/b?c=d", "a"},
        Case{"HTTP://a:8080?x", "http://a:8080", "/?x", "a:8080"},
        Case{"http://[::1]:81/", "http://[::1]:81", "/", "[::1]:81"}, Case{"https://a:443", "https://a:443", "/", "a"},
        Case{"https://a:80", "https://a:80", "/", "a:80"}}) {
    CAPTURE(text);
    const auto url = parse_url(text);
    REQUIRE(url);
    CHECK(origin_of(url.value()) == origin);
    CHECK(url.value().target == target);
    CHECK(host_field(url.value(), url.value().host) == host);
  }
}

TEST_CASE("what stays on this machine") {
  for (const auto* host : {"localhost", "LOCALHOST", "a.localhost", "127.0.0.1", "127.1.2.3", "::1"})
    CHECK(is_loopback(host));
  for (const auto* host :
       {"127.0.0.1.example.com", "localhost.example.com", "128.0.0.1", "::2", "notlocalhost", "127.evil"}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback(host));
  }
}
