// Several requests at once: every answer in its place, and none behind a refusal.
#include "http/rfc/case.hpp"

namespace greeter::test::rfc {

namespace {

const std::string health_request = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string head = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";

// A good request before and behind.
Case amid(std::string_view section, std::string_view what, const std::string& request, int status) {
  return {section, what, get + request + get, refused_after({greeting()}, status)};
}

} // namespace

std::vector<Case> pipeline_cases() {
  const auto post = post_with("Content-Length: 5", "hello");
  const auto chunks = chunked("5\r\nhello\r\n0\r\n\r\n");
  return {
      {"RFC 9112, 9.3.2", "answers come in the order of their requests",
       get + health_request + get + "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n",
       keeps({greeting(), health(), greeting(), problem(404)})},
      {"RFC 9112, 9.3.2", "methods of all kinds", get + head + post + health_request + head,
       keeps({greeting(), greeting_head(), problem(405), health(), greeting_head()})},
      {"RFC 9112, 9.3.2", "bodies of all kinds", post + chunks + post + get,
       keeps({problem(405), problem(405), problem(405), greeting()})},
      {"RFC 9112, 9.3.2", "HEAD beside GET", head + get + head, keeps({greeting_head(), greeting(), greeting_head()})},
      {"RFC 9110, 15.4.5", "an answer without a body amid others", get + get_with("If-None-Match: *") + get,
       keeps({greeting(), unmodified(), greeting()})},
      {"RFC 9110, 15.5.13", "a condition that fails amid others", get + get_with("If-Match: \"a\"") + get,
       keeps({greeting(), problem(412), greeting()})},
      {"RFC 9112, 9.3.2", "a hundred requests", repeated(get, 100), keeps(std::vector<Answer>(100, greeting()))},
      {"RFC 9112, 9.3.2", "the last one is not whole", get + get + "GET / HTTP/1.1\r\nHo",
       waits({greeting(), greeting()})},
      {"RFC 9112, 9.3.2", "the last one's body is not whole", get + post_with("Content-Length: 5", "hell"),
       waits({greeting()})},
      {"RFC 9112, 9.6", "close amid others", get + get_with("Connection: close") + get,
       closes({greeting(), greeting()})},
      {"RFC 9112, 9.6", "close of a request with a body, amid others",
       get + post_with("Connection: close\r\nContent-Length: 5", "hello") + get, closes({greeting(), problem(405)})},

      // Answers before a refusal are delivered; nothing behind it is read.
      amid("RFC 9112, 3", "a request line that is none", "GET /\r\nHost: a\r\n\r\n", 400),
      amid("RFC 9112, 2.2", "two empty lines", "\r\n\r\n", 400),
      amid("RFC 9112, 2.2", "LF", "GET / HTTP/1.1\nHost: a\n\n", 400),
      amid("RFC 9112, 2.2", "NUL", std::string("\0", 1), 400),
      amid("RFC 9112, 3.2", "no Host", "GET / HTTP/1.1\r\n\r\n", 400),
      amid("RFC 9112, 5.1", "a space before a colon", get_with("X : y"), 400),
      amid("RFC 9112, 6.1", "two lengths", post_with("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
           400),
      amid("RFC 9112, 7.1", "a chunk without its end", chunked("5\r\nhelloX0\r\n\r\n"), 400),
      amid("RFC 9110, 15.5.14", "a body that is too large", post_with("Content-Length: 99999999", ""), 413),
      amid("RFC 9110, 15.5.18", "an expectation", get_with("Expect: a-miracle"), 417),
      amid("RFC 6585, 5", "too many lines", get_with(repeated("X: y\r\n", 100) + "X: y"), 431),
      amid("RFC 9110, 15.6.2", "a method that nobody has", "FETCH / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
      amid("RFC 9112, 6.1", "a coding that nobody has", post_with("Transfer-Encoding: gzip, chunked", ""), 501),
      amid("RFC 9110, 15.6.6", "another version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
      {"RFC 9112, 9.3.2", "the first refusal is the last word", get + "a\r\n\r\n" + "b\r\n\r\n",
       refused_after({greeting()}, 400)},
      {"RFC 9112, 11.2", "bytes behind a body that are no request", post + "hello" + get,
       refused_after({problem(405)}, 501)},
  };
}

} // namespace greeter::test::rfc
