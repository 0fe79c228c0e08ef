#include "http/forwarded.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace greeter;
using namespace std::literals;

namespace {

const std::vector<Network> proxies{*Network::parse("10.0.0.0/8"), *Network::parse("fd00::/8")};

std::string client(std::string_view headers, std::string_view peer = "10.0.0.1") {
  return client_of(*Address::parse(peer), headers, proxies).text();
}
std::string by_x(const std::string& value) { return client("X-Forwarded-For: " + value + "\r\n"); }
std::string by_forwarded(const std::string& value) { return client("Forwarded: " + value + "\r\n"); }

} // namespace

TEST_CASE("X-Forwarded-For, read from its end up to the first who is not trusted") {
  const std::pair<const char*, const char*> cases[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"2001:db8::1", "2001:db8::1"},
      {"192.0.2.1, 10.0.0.2, 10.0.0.3", "192.0.2.1"},
      {"198.51.100.7, 192.0.2.1, 10.0.0.2", "192.0.2.1"}, // what the client says of others
      {"10.0.0.9, 192.0.2.1", "192.0.2.1"},
      {"10.0.0.3, 10.0.0.2", "10.0.0.3"}, // a proxy's own request
      {"192.0.2.1, fd00::5", "192.0.2.1"},
      {"192.0.2.1,10.0.0.2", "192.0.2.1"},
      {" 192.0.2.1 ,, ", "192.0.2.1"},
      {"192.0.2.1:4711", "192.0.2.1"},
      {"[2001:db8::1]:4711", "2001:db8::1"},
      {"[2001:db8::1]", "2001:db8::1"},
      {"::ffff:192.0.2.1", "192.0.2.1"},
      {"192.0.2.1, ::ffff:10.0.0.2", "192.0.2.1"},
      {"", "10.0.0.1"},
      {",", "10.0.0.1"},
      {"unknown", "10.0.0.1"},
      {"192.0.2.1, unknown, 10.0.0.2", "10.0.0.2"}, // as far as it can be told
      {"192.0.2.1, localhost", "10.0.0.1"},
      {"192.0.2.300", "10.0.0.1"},
      {"[2001:db8::1", "10.0.0.1"},
      {"[2001:db8::1]x", "10.0.0.1"},
      {"\"192.0.2.1\"", "10.0.0.1"},
      {"for=192.0.2.1", "10.0.0.1"},
  };
  for (const auto& [value, expected] : cases) CHECK_MESSAGE(by_x(value) == expected, value);
  CHECK(client("X-Forwarded-For: 192.0.2.1\r\nHost: a\r\nx-forwarded-for: 10.0.0.2\r\n") == "192.0.2.1");
  CHECK(client("X-Forwarded-For: 10.0.0.2\r\nX-Forwarded-For: 192.0.2.1\r\n") == "192.0.2.1");
}

TEST_CASE("Forwarded, where there is no X-Forwarded-For") {
  const std::pair<const char*, const char*> cases[] = {
      {"for=192.0.2.1", "192.0.2.1"},
      {"For=192.0.2.1;proto=http;by=10.0.0.1", "192.0.2.1"},
      {"proto=http;for=192.0.2.1 ; by=10.0.0.1", "192.0.2.1"},
      {"for=192.0.2.1:4711", "192.0.2.1"},
      {"for=\"192.0.2.1:4711\"", "192.0.2.1"},
      {"for=\"[2001:db8::1]:4711\"", "2001:db8::1"},
      {"for=\"[2001:db8::1]\"", "2001:db8::1"},
      {"for=198.51.100.7, for=192.0.2.1, for=10.0.0.2", "192.0.2.1"},
      {"for=192.0.2.1;host=\"a,b;for=198.51.100.7\", for=10.0.0.2", "192.0.2.1"},
      {"for=192.0.2.1;host=\"a\\\"\", for=10.0.0.2", "192.0.2.1"},
      {"for=192.0.2.1;,for=10.0.0.2;", "192.0.2.1"},
      {"for=192.0.2.1, proto=http", "10.0.0.1"}, // the last proxy does not say for whom
      {"for=192.0.2.1, for=unknown", "10.0.0.1"},
      {"for=192.0.2.1, for=_hidden, for=10.0.0.2", "10.0.0.2"},
      {"", "10.0.0.1"},
      {"192.0.2.1", "10.0.0.1"},
      {"for", "10.0.0.1"},
      {"for=", "10.0.0.1"},
      {"for=192.0.2.1 by=10.0.0.1", "10.0.0.1"}, // not well-formed from here on
      {"for=\"192.0.2.1", "10.0.0.1"},
      {"for=\"192.0.2.1\\", "10.0.0.1"},
      {"for=\"192.0.2.1\"x", "10.0.0.1"},
      {"for=192.0.2.1\"", "10.0.0.1"},
  };
  for (const auto& [value, expected] : cases) CHECK_MESSAGE(by_forwarded(value) == expected, value);
  CHECK(client("Forwarded: for=198.51.100.7\r\nX-Forwarded-For: 192.0.2.1\r\n") == "192.0.2.1");
  CHECK(client("Forwarded: for=198.51.100.7\r\nX-Forwarded-For: unknown\r\n") == "10.0.0.1");
}

TEST_CASE("who is not trusted says nothing of others") {
  CHECK(client("X-Forwarded-For: 198.51.100.7\r\n", "192.0.2.1") == "192.0.2.1");
  CHECK(client("Forwarded: for=198.51.100.7\r\n", "2001:db8::1") == "2001:db8::1");
  CHECK(client_of(*Address::parse("10.0.0.1"), "X-Forwarded-For: 198.51.100.7\r\n", {}).text() == "10.0.0.1");
}

TEST_CASE("no beginning that a client makes up hides what the proxy adds") {
  for (const auto* mine :
       {"for=198.51.100.7;x=\"", "for=198.51.100.7;x=\"\\", "for=\"198.51.100.7", "for=", "for", ";", "\"",
        "for=198.51.100.7;x=\"a\"b", "x=\";for=198.51.100.7;y=", "for=\"", "\\", "=", "for=198.51.100.7;"})
    for (const auto* added :
         {"for=192.0.2.1", "for=\"[2001:db8::1]:80\"", "proto=http;for=192.0.2.1;by=\"[fd00::1]\""}) {
      CAPTURE(mine);
      const auto found = by_forwarded(std::string(mine) + ", " + added);
      CHECK((found == "10.0.0.1" || found == "192.0.2.1" || found == "2001:db8::1"));
    }
}
