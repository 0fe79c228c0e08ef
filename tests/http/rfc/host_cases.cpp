// Which host is meant, and what is no host. Whom a host belongs to shows in the greeting.
#include "http/rfc/case.hpp"

namespace greeter::test::rfc {

using namespace std::literals;

namespace {

std::string host(std::string_view lines, std::string_view target = "/") {
  return "GET " + std::string(target) + " HTTP/1.1\r\n" + std::string(lines) + "\r\n\r\n";
}

Answer hi() { return saying(R"({"response":"Hi!"})", greeting()); }
Answer moin() { return saying(R"({"response":"Moin!"})", greeting()); }
Answer nobody() { return problem(404); }

const std::string a = "Host: customer-a.parcellab.com", c = "Host: customer-c.parcellab.com";

} // namespace

std::vector<Case> host_cases() {
  return {
      // The Host field.
      {"RFC 9110, 7.2", "a host", host(a), keeps({hi()})},
      {"RFC 9110, 7.2", "another host", host(c), keeps({moin()})},
      {"RFC 9110, 7.2", "a host that is nobody's", host("Host: customer-b.parcellab.com"), keeps({nobody()})},
      {"RFC 9110, 7.2", "a host and a port", host(a + ":8080"), keeps({hi()})},
      {"RFC 3986, 3.2.3", "a port may be empty", host(a + ":"), keeps({hi()})},
      {"RFC 3986, 3.2.2", "hosts in any case", host("Host: Customer-A.PARCELLAB.com"), keeps({hi()})},
      {"RFC 9110, 5.1", "the field's name in lower case", host("host: customer-a.parcellab.com"), keeps({hi()})},
      {"RFC 9110, 5.1", "the field's name in upper case", host("HOST: customer-a.parcellab.com"), keeps({hi()})},
      {"RFC 9112, 5.1", "no space before the host", host("Host:customer-a.parcellab.com"), keeps({hi()})},
      {"RFC 9112, 5.1", "spaces and tabs around it", host("Host: \t customer-a.parcellab.com\t "), keeps({hi()})},
      {"RFC 9110, 7.2", "it need not be the first line", host("X: y\r\n" + c), keeps({moin()})},
      {"RFC 9110, 7.2", "each request has its own", host(a) + host(c), keeps({hi(), moin()})},
      {"RFC 9110, 7.2", "an empty host is allowed, and nobody's", host("Host:"), keeps({nobody()})},
      {"RFC 9110, 7.2", "spaces are an empty host", host("Host: \t "), keeps({nobody()})},
      {"RFC 9110, 7.2", "a port only", host("Host: :8080"), keeps({nobody()})},
      {"RFC 3986, 3.2.2", "an IPv4 address", host("Host: 127.0.0.1:80"), keeps({nobody()})},
      {"RFC 3986, 3.2.2", "an IPv6 address", host("Host: [::1]"), keeps({nobody()})},
      {"RFC 3986, 3.2.2", "an IPv6 address and a port", host("Host: [::1]:8080"), keeps({nobody()})},
      {"RFC 3986, 3.2.2", "a comma is a character of a name", host(a + ",customer-c.parcellab.com"), keeps({nobody()})},
      {"RFC 9110, 7.4", "the beginning of a host is another one", host("Host: customer-a"), keeps({nobody()})},
      {"RFC 9110, 7.4", "X-Forwarded-Host says nothing", host("X-Forwarded-Host: customer-c.parcellab.com\r\n" + a),
       keeps({hi()})},

      // Exactly one in HTTP/1.1, at most one in HTTP/1.0.
      {"RFC 9112, 3.2", "no Host", "GET / HTTP/1.1\r\n\r\n", refused(400)},
      {"RFC 9112, 3.2", "no Host among others", host("X: y"), refused(400)},
      {"RFC 9112, 3.2", "Host twice, the same", host(a + "\r\n" + a), refused(400)},
      {"RFC 9112, 3.2", "Host twice, not the same", host(a + "\r\n" + c), refused(400)},
      {"RFC 9112, 3.2", "Host twice, in different case", host(a + "\r\nhost: customer-a.parcellab.com"), refused(400)},
      {"RFC 9112, 3.2", "Host twice, one empty", host("Host:\r\n" + a), refused(400)},
      {"RFC 9112, 3.2", "HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", closes({nobody()})},
      {"RFC 9112, 3.2", "HTTP/1.0 with Host", "GET / HTTP/1.0\r\n" + a + "\r\n\r\n", closes({hi()})},
      {"RFC 9112, 3.2", "HTTP/1.0 with Host twice", "GET / HTTP/1.0\r\n" + a + "\r\n" + a + "\r\n\r\n", refused(400)},

      // What is no host.
      {"RFC 9112, 3.2", "a space in it", host("Host: a b"), refused(400)},
      {"RFC 9112, 3.2", "a tab in it", host("Host: a\tb"), refused(400)},
      {"RFC 9112, 3.2", "a scheme in front", host("Host: http://customer-a.parcellab.com"), refused(400)},
      {"RFC 9112, 3.2", "a path behind", host(a + "/"), refused(400)},
      {"RFC 9112, 3.2", "a query behind", host(a + "?b"), refused(400)},
      {"RFC 9112, 3.2", "a fragment behind", host(a + "#b"), refused(400)},
      {"RFC 9110, 4.2.4", "a user's name", host("Host: b@customer-a.parcellab.com"), refused(400)},
      {"RFC 9110, 4.2.4", "a user's name and password", host("Host: b:c@customer-a.parcellab.com"), refused(400)},
      {"RFC 9112, 3.2", "quotes around it", host("Host: \"customer-a.parcellab.com\""), refused(400)},
      {"RFC 9112, 3.2", "a backslash", host("Host: a\\b"), refused(400)},
      {"RFC 9112, 3.2", "angle brackets", host("Host: <a>"), refused(400)},
      {"RFC 9112, 3.2", "a letter beyond ASCII", host("Host: \xc3\xa4"), refused(400)},
      {"RFC 9110, 4.2", "a port that is no number", host("Host: a:b"), refused(400)},
      {"RFC 3986, 3.2.2", "an IPv6 address without brackets", host("Host: ::1"), refused(400)},
      {"RFC 3986, 3.2.2", "a bracket that is not closed", host("Host: [::1"), refused(400)},
      {"RFC 9112, 3.2", "NUL", host("Host: a\0b"sv), refused(400)},

      // The target's host beats the field.
      {"RFC 9112, 3.2.2", "absolute-form beats Host", host(a, "http://customer-c.parcellab.com/"), keeps({moin()})},
      {"RFC 9112, 3.2.2", "the same with a port and no path", host(a, "http://customer-c.parcellab.com:80"),
       keeps({moin()})},
      {"RFC 9112, 3.2.2", "in any case", host(a, "HTTP://Customer-C.ParcelLab.Com/"), keeps({moin()})},
      {"RFC 9112, 3.2.2", "https", host(a, "https://customer-c.parcellab.com/"), keeps({moin()})},
      {"RFC 9112, 3.2.2", "and a query", host(a, "http://customer-c.parcellab.com/?d"), keeps({moin()})},
      {"RFC 9112, 3.2.2", "a target that is nobody's", host(a, "http://customer-b.parcellab.com/"), keeps({nobody()})},
      {"RFC 9112, 3.2.2", "an IPv6 address in the target", host(a, "http://[::1]:8080/"), keeps({nobody()})},
      {"RFC 9112, 3.2.2", "an empty Host beside it", host("Host:", "http://customer-c.parcellab.com/"),
       keeps({moin()})},
      {"RFC 9112, 3.2.2", "HTTP/1.0 needs no Host beside it", "GET http://customer-a.parcellab.com/ HTTP/1.0\r\n\r\n",
       closes({hi()})},
      {"RFC 9112, 3.2", "absolute-form without Host", "GET http://customer-a.parcellab.com/ HTTP/1.1\r\n\r\n",
       refused(400)},
      {"RFC 9112, 3.2", "absolute-form with Host twice", host(a + "\r\n" + a, "http://customer-a.parcellab.com/"),
       refused(400)},
      {"RFC 9112, 3.2", "absolute-form with what is no host", host("Host: a b", "http://customer-a.parcellab.com/"),
       refused(400)},
      {"RFC 9110, 4.2.4", "a user's name in the target", host(a, "http://b@customer-a.parcellab.com/"), refused(400)},
      {"RFC 9110, 4.2.4", "an empty user's name in the target", host(a, "http://@customer-a.parcellab.com/"),
       refused(400)},
      {"RFC 9110, 4.2", "a port that is no number in the target", host(a, "http://customer-a.parcellab.com:b/"),
       refused(400)},
      {"RFC 9110, 4.2.1", "a backslash in the target's host", host(a, "http://customer-a.parcellab.com\\@b/"),
       refused(400)},
  };
}

} // namespace greeter::test::rfc
