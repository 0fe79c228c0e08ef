// Header lines: name, colon, value, and the line's end.
#include "http/rfc/case.hpp"

namespace greeter::test::rfc {

using namespace std::literals;

std::vector<Case> header_cases() {
  return {
      // What a line may be.
      {"RFC 9112, 5", "a line that nobody knows", get_with("X: y"), keeps({greeting()})},
      {"RFC 9112, 5.1", "no space before the value", get_with("X:y"), keeps({greeting()})},
      {"RFC 9112, 5.1", "spaces and tabs around the value", get_with("X: \t y \t "), keeps({greeting()})},
      {"RFC 9112, 5.1", "an empty value", get_with("X:"), keeps({greeting()})},
      {"RFC 9112, 5.1", "a value of spaces", get_with("X: \t "), keeps({greeting()})},
      {"RFC 9110, 5.5", "a space and a tab in a value", get_with("X: y z\tz"), keeps({greeting()})},
      {"RFC 9110, 5.5", "bytes above 127 in a value", get_with("X: \xc3\xa4\xff\x80"), keeps({greeting()})},
      {"RFC 9110, 5.5", "all visible characters in a value", get_with("X: !\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~"),
       keeps({greeting()})},
      {"RFC 9110, 5.5", "a colon first in a value", get_with("X:: y"), keeps({greeting()})},
      {"RFC 9110, 5.1", "all characters of a token in a name", get_with("!#$%&'*+-.^_`|~09AZaz: y"),
       keeps({greeting()})},
      {"RFC 9110, 5.3", "the same name twice", get_with("X: y\r\nX: z"), keeps({greeting()})},

      // What it may not.
      {"RFC 9112, 5.1", "a space before the colon", get_with("X : y"), refused(400)},
      {"RFC 9112, 5.1", "a tab before the colon", get_with("X\t: y"), refused(400)},
      {"RFC 9112, 5", "no colon", get_with("X"), refused(400)},
      {"RFC 9112, 5", "no name", get_with(": y"), refused(400)},
      {"RFC 9112, 5", "a colon only", get_with(":"), refused(400)},
      {"RFC 9110, 5.1", "a space in the name", get_with("X Y: z"), refused(400)},
      {"RFC 9110, 5.1", "a slash in the name", get_with("X/Y: z"), refused(400)},
      {"RFC 9110, 5.1", "a quote in the name", get_with("X\": z"), refused(400)},
      {"RFC 9110, 5.1", "a parenthesis in the name", get_with("X(): z"), refused(400)},
      {"RFC 9110, 5.1", "an at sign in the name", get_with("X@Y: z"), refused(400)},
      {"RFC 9110, 5.1", "a bracket in the name", get_with("X[]: z"), refused(400)},
      {"RFC 9110, 5.1", "a comma in the name", get_with("X,Y: z"), refused(400)},
      {"RFC 9110, 5.1", "a semicolon in the name", get_with("X;Y: z"), refused(400)},
      {"RFC 9110, 5.1", "a byte above 127 in the name", get_with("X\xc3\xa4: z"), refused(400)},
      {"RFC 9110, 5.1", "NUL in the name", get_with("X\0: z"sv), refused(400)},
      {"RFC 9110, 5.5", "NUL in the value", get_with("X: \0"sv), refused(400)},
      {"RFC 9110, 5.5", "a control character in the value", get_with("X: \x01"), refused(400)},
      {"RFC 9110, 5.5", "an escape in the value", get_with("X: \x1b[2J"), refused(400)},
      {"RFC 9110, 5.5", "DEL in the value", get_with("X: \x7f"), refused(400)},
      {"RFC 9110, 5.6.3", "a vertical tab is no space", get_with("X: \vy"), refused(400)},
      {"RFC 9110, 5.6.3", "a form feed is no space", get_with("X: y\f"), refused(400)},
      {"RFC 9112, 11.2", "a second request line among the lines", get_with("GET /health HTTP/1.1"), refused(400)},

      // Folded lines.
      {"RFC 9112, 5.2", "a line folded with a space", get_with("X: y\r\n z"), refused(400)},
      {"RFC 9112, 5.2", "a line folded with a tab", get_with("X: y\r\n\tz"), refused(400)},
      {"RFC 9112, 5.2", "a folded line that looks like a field", get_with("X: y\r\n Connection: close"), refused(400)},
      {"RFC 9112, 5.2", "a folded line of spaces", get_with("X: y\r\n  "), refused(400)},
      {"RFC 9112, 2.2", "spaces before the first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", refused(400)},
      {"RFC 9112, 2.2", "a line of spaces before the first line", "GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n",
       refused(400)},

      // Line ends.
      {"RFC 9112, 2.2", "LF ends a line", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", refused(400)},
      {"RFC 9112, 2.2", "LF is refused before the head is whole", "GET / HTTP/1.1\r\nHost: a\nX", refused(400)},
      {"RFC 9112, 2.2", "LF ends the head", "GET / HTTP/1.1\r\nHost: a\r\n\n", refused(400)},
      {"RFC 9112, 2.2", "LF LF ends the head", "GET / HTTP/1.1\r\nHost: a\n\n", refused(400)},
      {"RFC 9112, 2.2", "LF CR", "GET / HTTP/1.1\r\nHost: a\n\r\n\r", refused(400)},
      {"RFC 9112, 2.2", "CR in the value", get_with("X: y\rz"), refused(400)},
      {"RFC 9112, 2.2", "CR in the name", get_with("X\rY: z"), refused(400)},
      {"RFC 9112, 2.2", "CR before the line's end", get_with("X: y\r"), refused(400)},
      {"RFC 9112, 2.2", "CR ends a line", get_with("X: y\rConnection: close"), refused(400)},
      {"RFC 9112, 2.2", "CR CR LF ends the head", "GET / HTTP/1.1\r\nHost: a\r\n\r\r\n\r\n", refused(400)},
      {"RFC 9112, 2.2", "CR first in a line", get_with("\rX: y"), refused(400)},

      // What is not there yet.
      {"RFC 9112, 8", "a head without its end", "GET / HTTP/1.1\r\nHost: a\r\n", waits()},
      {"RFC 9112, 8", "a head that ends in CR", "GET / HTTP/1.1\r\nHost: a\r\n\r", waits()},
      {"RFC 9112, 8", "a line without its end", "GET / HTTP/1.1\r\nHost: a", waits()},

      // Fields that ask for what this server does not do.
      {"RFC 9110, 14.2", "Range may be ignored", get_with("Range: bytes=0-1"), keeps({greeting()})},
      {"RFC 9110, 14.2", "Range of the router's resources too",
       "GET /health HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n", keeps({health()})},
      {"RFC 9110, 12.5.1", "Accept may be ignored", get_with("Accept: image/png"), keeps({greeting()})},
      {"RFC 9110, 12.5.3", "nothing is compressed", get_with("Accept-Encoding: gzip, br"), keeps({greeting()})},
      {"RFC 9110, 7.8", "an upgrade may be ignored", get_with("Connection: Upgrade\r\nUpgrade: websocket"),
       keeps({greeting()})},
      {"RFC 9113, 3.1", "an upgrade to HTTP/2 too",
       get_with("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk"),
       keeps({greeting()})},
      {"RFC 9110, 10.1.4", "TE does not make a body", get_with("TE: trailers, chunked"), keeps({greeting()})},
      {"RFC 9110, 7.6.2", "Max-Forwards is for proxies", "TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n",
       keeps({problem(405)})},
      {"RFC 9110, 11.6.2", "Authorization is not asked for", get_with("Authorization: Basic YTpi"),
       keeps({greeting()})},
      {"RFC 9110, 8.4", "a coded body is not decoded", post_with("Content-Encoding: gzip\r\nContent-Length: 2", "ab"),
       keeps({problem(405)})},
      {"RFC 9110, 8.3", "a form is not read", post_with("Content-Type: multipart/form-data\r\nContent-Length: 2", "ab"),
       keeps({problem(405)})},
  };
}

} // namespace greeter::test::rfc
