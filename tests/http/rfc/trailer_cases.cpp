// What follows the last chunk: read with the rules of header lines, and dropped.
#include "http/rfc/case.hpp"

namespace greeter::test::rfc {

using namespace std::literals;

namespace {

std::string trailers(std::string_view lines) {
  return chunked("5\r\nhello\r\n0\r\n" + std::string(lines) + "\r\n\r\n");
}

} // namespace

std::vector<Case> trailer_cases() {
  const Answer answer = problem(405);
  return {
      // They change nothing.
      {"RFC 9112, 7.1.2", "a trailer", trailers("X: y"), keeps({answer})},
      {"RFC 9112, 7.1.2", "several", trailers("X: y\r\nY: z\r\nX: y"), keeps({answer})},
      {"RFC 9112, 7.1.2", "what follows them is the next request", trailers("X: y") + get, keeps({answer, greeting()})},
      {"RFC 9110, 6.6.2", "a trailer that was announced",
       post_with("Trailer: X\r\nTransfer-Encoding: chunked", "0\r\nX: y\r\n\r\n"), keeps({answer})},
      {"RFC 9112, 7.1.2", "no chunk but trailers", chunked("0\r\nX: y\r\n\r\n"), keeps({answer})},
      {"RFC 9110, 5.5", "a value with a tab and bytes above 127", trailers("X: \t\xc3\xa4"), keeps({answer})},
      {"RFC 9110, 6.5.1", "Content-Length is dropped", trailers("Content-Length: 5") + get,
       keeps({answer, greeting()})},
      {"RFC 9110, 6.5.1", "a Content-Length that is none too", trailers("Content-Length: -1"), keeps({answer})},
      {"RFC 9110, 6.5.1", "Transfer-Encoding is dropped", trailers("Transfer-Encoding: chunked") + get,
       keeps({answer, greeting()})},
      {"RFC 9110, 6.5.1", "Host is dropped", trailers("Host: b"), keeps({answer})},
      {"RFC 9110, 6.5.1", "Connection is dropped", trailers("Connection: close"), keeps({answer})},
      {"RFC 9110, 6.5.1", "Expect is dropped", trailers("Expect: a-miracle"), keeps({answer})},
      {"RFC 9110, 6.5.1", "conditions are dropped",
       get_with("Transfer-Encoding: chunked") + "0\r\nIf-None-Match: *\r\n\r\n", keeps({greeting()})},

      // The rules of header lines.
      {"RFC 9112, 5", "no colon", trailers("X"), refused(400)},
      {"RFC 9112, 5", "no name", trailers(": y"), refused(400)},
      {"RFC 9112, 5.1", "a space before the colon", trailers("X : y"), refused(400)},
      {"RFC 9112, 5.2", "a folded line", trailers("X: y\r\n z"), refused(400)},
      {"RFC 9112, 5.2", "a space first", trailers(" X: y"), refused(400)},
      {"RFC 9110, 5.5", "NUL", trailers("X: \0"sv), refused(400)},
      {"RFC 9110, 5.5", "a control character", trailers("X: \x01"), refused(400)},
      {"RFC 9112, 2.2", "LF ends a trailer", chunked("0\r\nX: y\n\r\n"), refused(400)},
      {"RFC 9112, 2.2", "CR in a trailer", trailers("X: y\rz"), refused(400)},
      {"RFC 9112, 2.2", "CR before the line's end", trailers("X: y\r"), refused(400)},
      {"RFC 9112, 2.2", "LF ends the trailers", chunked("0\r\nX: y\r\n\n"), refused(400)},
      {"RFC 9112, 11.2", "a request for a trailer", trailers("GET / HTTP/1.1"), refused(400)},
      {"RFC 9112, 11.2", "a further chunk for a trailer", trailers("5\r\nhello"), refused(400)},
      {"RFC 9112, 8", "a trailer without the body's end", chunked("0\r\nX: y\r\n"), waits()},
      {"RFC 9112, 8", "a trailer without its line's end", chunked("0\r\nX: y"), waits()},
  };
}

} // namespace greeter::test::rfc
