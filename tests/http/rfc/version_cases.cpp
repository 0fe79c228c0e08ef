// The version of the request, and what it changes.
#include "http/rfc/case.hpp"

namespace greeter::test::rfc {

namespace {

std::string get_version(std::string_view version) { return "GET / " + std::string(version) + "\r\nHost: a\r\n\r\n"; }

} // namespace

std::vector<Case> version_cases() {
  return {
      // Minor versions are compatible.
      {"RFC 9110, 2.5", "HTTP/1.0 is answered, and ends", get_version("HTTP/1.0"), closes({greeting()})},
      {"RFC 9110, 2.5", "a later minor version is answered as HTTP/1.1", get_version("HTTP/1.2"), keeps({greeting()})},
      {"RFC 9110, 2.5", "the last minor version there can be", get_version("HTTP/1.9"), keeps({greeting()})},
      {"RFC 9112, 3.2", "a later minor version needs Host, as HTTP/1.1 does", "GET / HTTP/1.2\r\n\r\n", refused(400)},

      // Major versions are not.
      {"RFC 9110, 15.6.6", "HTTP/2.0", get_version("HTTP/2.0"), refused(505)},
      {"RFC 9110, 15.6.6", "HTTP/3.0", get_version("HTTP/3.0"), refused(505)},
      {"RFC 9110, 15.6.6", "HTTP/0.9, spelt out", get_version("HTTP/0.9"), refused(505)},
      {"RFC 9113, 3.4", "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refused(505)},
      {"RFC 9113, 3.4", "the preface and its first frame",
       std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33), refused(505)},

      // HTTP/0.9 had no version.
      {"RFC 9112, 3", "HTTP/0.9", "GET /\r\n\r\n", refused(400)},
      {"RFC 9112, 3", "HTTP/0.9 with header lines", "GET /\r\nHost: a\r\n\r\n", refused(400)},
      {"RFC 9112, 3", "a space where the version would be", "GET / \r\nHost: a\r\n\r\n", refused(400)},

      // Anything else is none.
      {"RFC 9112, 2.3", "versions are told apart by case", get_version("http/1.1"), refused(400)},
      {"RFC 9112, 2.3", "one letter in lower case", get_version("HTTp/1.1"), refused(400)},
      {"RFC 9112, 2.3", "no minor version", get_version("HTTP/1"), refused(400)},
      {"RFC 9112, 2.3", "nothing after the dot", get_version("HTTP/1."), refused(400)},
      {"RFC 9112, 2.3", "nothing before the dot", get_version("HTTP/.1"), refused(400)},
      {"RFC 9112, 2.3", "no dot", get_version("HTTP/11"), refused(400)},
      {"RFC 9112, 2.3", "a comma for the dot", get_version("HTTP/1,1"), refused(400)},
      {"RFC 9112, 2.3", "two digits after the dot", get_version("HTTP/1.10"), refused(400)},
      {"RFC 9112, 2.3", "two digits before the dot", get_version("HTTP/10.1"), refused(400)},
      {"RFC 9112, 2.3", "a leading zero", get_version("HTTP/01.1"), refused(400)},
      {"RFC 9112, 2.3", "a sign", get_version("HTTP/+1.1"), refused(400)},
      {"RFC 9112, 2.3", "a letter for the major version", get_version("HTTP/a.1"), refused(400)},
      {"RFC 9112, 2.3", "a letter for the minor version", get_version("HTTP/1.a"), refused(400)},
      {"RFC 9112, 2.3", "a character behind it", get_version("HTTP/1.1x"), refused(400)},
      {"RFC 9112, 2.3", "a third number", get_version("HTTP/1.1.1"), refused(400)},
      {"RFC 9112, 2.3", "no slash", get_version("HTTP1.1"), refused(400)},
      {"RFC 9112, 2.3", "a backslash", get_version("HTTP\\1.1"), refused(400)},
      {"RFC 9112, 2.3", "a space after the slash", get_version("HTTP/ 1.1"), refused(400)},
      {"RFC 9112, 2.3", "a space after the dot", get_version("HTTP/1. 1"), refused(400)},
      {"RFC 9112, 2.3", "another protocol", get_version("ICAP/1.0"), refused(400)},
      {"RFC 9112, 2.3", "a longer name", get_version("HTTPS/1.1"), refused(400)},
  };
}

} // namespace greeter::test::rfc
