#include "store/redis/url.hpp"

#include <doctest/doctest.h>

#include <array>
#include <utility>

using namespace greeter;
using namespace greeter::redis;

namespace {

Url read(std::string_view text) {
  const auto url = parse_url(text);
  REQUIRE_MESSAGE(url, text);
  return url.value();
}

std::string hosts(const Url& url) {
  std::string all;
  for (const auto& host : url.hosts) all += to_string(host) + " ";
  return all;
}

} // namespace

TEST_CASE("a URL of one server has defaults for all but the host") {
  const auto url = read("redis://localhost");
  CHECK_FALSE(url.sentinel);
  CHECK_FALSE(url.tls);
  CHECK(hosts(url) == "localhost:6379 ");
  CHECK(url.user == "");
  CHECK(url.database == 0);
  CHECK(url.prefix == "greeter:");
  CHECK(url.replicas == 0);
}

TEST_CASE("a URL of sentinels has one replica wait, and names the master") {
  const auto url = read("redis+sentinel://ann@a,b:1,[::1]:2,[fe80::1]/main/3");
  CHECK(url.sentinel);
  CHECK(hosts(url) == "a:26379 b:1 [::1]:2 [fe80::1]:26379 ");
  CHECK(url.user == "ann");
  CHECK(url.master == "main");
  CHECK(url.database == 3);
  CHECK(url.replicas == 1);
  CHECK(read("redis+sentinel://a").master == "greeter");
  CHECK(read("redis+sentinel://a//2").master == "greeter");
  CHECK(read("redis+sentinel://a//2").database == 2);
}

TEST_CASE("options of a URL") {
  const auto url = read("rediss://a:7000/15?prefix=greeter:customer-a:&replicas=2&ca=/ca&cert=/c&key=/k");
  CHECK(url.tls);
  CHECK(url.database == 15);
  CHECK(url.prefix == "greeter:customer-a:");
  CHECK(url.replicas == 2);
  CHECK(url.ca_file + url.certificate_file + url.key_file == "/ca/c/k");
  CHECK(read("rediss+sentinel://a").tls);
  CHECK(read("rediss+sentinel://a").sentinel);
}

TEST_CASE("what is wrong with a URL is said") {
  const std::array<std::pair<std::string_view, std::string_view>, 16> wrong{{
      {"redis://", "no host"},
      {"redis://ann@", "no host"},
      {"redis://a,b", "redis+sentinel://"},
      {"redis+sentinel://a,,b", "empty"},
      {"redis://:6379", "empty"},
      {"redis://a:0", "1 to 65535"},
      {"redis://a:65536", "1 to 65535"},
      {"redis://a:x", "1 to 65535"},
      {"redis://a/x", "database"},
      {"redis://a?prefix=", "no value"},
      {"redis://a?prefix=a*", "prefix"},
      {"redis://a?replicas=17", "replicas"},
      {"redis://a?colour=red", "prefix, replicas, ca, cert and key"},
      {"redis://a?ca=/ca", "rediss://"},
      {"rediss://a?cert=/c", "go together"},
      {"http://a", "redis://HOST"},
  }};
  for (const auto& [text, rule] : wrong) {
    CAPTURE(text);
    const auto url = parse_url(text);
    REQUIRE_FALSE(url);
    CAPTURE(url.error().message);
    CHECK(url.error().message.find(rule) != std::string::npos);
  }
}

TEST_CASE("a password in a URL is refused and not repeated") {
  for (const auto* const text : {"redis://ann:secret@a", "redis://:secret@a", "redis+sentinel://ann:s:secret@a,b"}) {
    const auto url = parse_url(text);
    REQUIRE_FALSE(url);
    CHECK(url.error().message.find("GREETER_STORE_PASSWORD_FILE") != std::string::npos);
    CHECK(url.error().message.find("secret") == std::string::npos);
  }
}
