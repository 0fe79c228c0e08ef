// Method, spaces and line ends of the request line.
#include "http/rfc/case.hpp"

namespace greeter::test::rfc {

using namespace std::literals;

namespace {

std::string line(std::string_view request_line) { return std::string(request_line) + "\r\nHost: a\r\n\r\n"; }

} // namespace

std::vector<Case> request_line_cases() {
  return {
      // The line itself.
      {"RFC 9112, 3", "method, target and version stand one space apart", get, keeps({greeting()})},
      {"RFC 9112, 3", "two spaces before the target", line("GET  / HTTP/1.1"), refused(400)},
      {"RFC 9112, 3", "two spaces before the version", line("GET /  HTTP/1.1"), refused(400)},
      {"RFC 9112, 3", "a space after the version", line("GET / HTTP/1.1 "), refused(400)},
      {"RFC 9112, 3", "a space before the method", line(" GET / HTTP/1.1"), refused(400)},
      {"RFC 9112, 3", "a tab for a space", line("GET\t/ HTTP/1.1"), refused(400)},
      {"RFC 9112, 3", "a tab before the version", line("GET /\tHTTP/1.1"), refused(400)},
      {"RFC 9112, 3", "a vertical tab for a space", line("GET\v/ HTTP/1.1"), refused(400)},
      {"RFC 9112, 3", "a form feed for a space", line("GET / HTTP/1.1\f"), refused(400)},
      {"RFC 9112, 3", "a fourth word", line("GET / a HTTP/1.1"), refused(400)},
      {"RFC 9112, 3", "no target", line("GET HTTP/1.1"), refused(400)},
      {"RFC 9112, 3", "no method", line("/ HTTP/1.1"), refused(400)},
      {"RFC 9112, 3", "a method only", line("GET"), refused(400)},
      {"RFC 9112, 3", "a header line for a request line", line("Host: b"), refused(400)},
      {"RFC 9112, 3", "a response is no request", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", refused(400)},

      // Line ends and empty lines.
      {"RFC 9112, 2.2", "one empty line before the request line is skipped", "\r\n" + get, keeps({greeting()})},
      {"RFC 9112, 2.2", "two empty lines before the request line", "\r\n\r\n" + get, refused(400)},
      {"RFC 9112, 2.2", "an empty line only is no request yet", "\r\n", waits()},
      {"RFC 9112, 2.2", "an empty line that ends in LF", "\n" + get, refused(400)},
      {"RFC 9112, 2.2", "an empty line that holds a space", " \r\n" + get, refused(400)},
      {"RFC 9112, 2.2", "an empty line between two requests is skipped", get + "\r\n" + get,
       keeps({greeting(), greeting()})},
      {"RFC 9112, 2.2", "a request line that ends in LF", "GET / HTTP/1.1\nHost: a\r\n\r\n", refused(400)},
      {"RFC 9112, 2.2", "LF is refused without waiting for the end of the head", "GET / HTTP/1.1\n", refused(400)},
      {"RFC 9112, 2.2", "LF for every line end", "GET / HTTP/1.1\nHost: a\n\n", refused(400)},
      {"RFC 9112, 2.2", "LF in front of CR", line("GET / HTTP/1.1\n"), refused(400)},
      {"RFC 9112, 2.2", "CR inside the request line", line("GET /\rHTTP/1.1"), refused(400)},
      {"RFC 9112, 2.2", "CR before the line's end", line("GET / HTTP/1.1\r"), refused(400)},
      {"RFC 9112, 2.2", "CR for the line's end", "GET / HTTP/1.1\rHost: a\r\n\r\n", refused(400)},
      {"RFC 9112, 2.2", "NUL in the method", line("G\0T / HTTP/1.1"sv), refused(400)},
      {"RFC 9112, 2.2", "NUL after the version", line("GET / HTTP/1.1\0"sv), refused(400)},
      {"RFC 9112, 2.2", "a byte order mark", "\xef\xbb\xbf" + get, refused(400)},
      {"RFC 9112, 9.7", "a TLS handshake on a port without TLS", "\x16\x03\x01\x01\xfc\x01\r\n\r\n", refused(400)},

      // Methods that a resource has.
      {"RFC 9110, 9.3.1", "GET", "GET /health HTTP/1.1\r\nHost: a\r\n\r\n", keeps({health()})},
      {"RFC 9110, 9.3.2", "HEAD has the head of GET and no body", line("HEAD / HTTP/1.1"), keeps({greeting_head()})},
      {"RFC 9110, 9.3.2", "HEAD of another resource", line("HEAD /health HTTP/1.1"), keeps({to_head(health())})},
      {"RFC 9110, 9.3.2", "HEAD of nothing", line("HEAD /nothing HTTP/1.1"), keeps({to_head(problem(404))})},

      // Methods that a resource does not have.
      {"RFC 9110, 9.3.3", "POST", line("POST / HTTP/1.1"), keeps({problem(405)})},
      {"RFC 9110, 9.3.4", "PUT", line("PUT / HTTP/1.1"), keeps({problem(405)})},
      {"RFC 9110, 9.3.5", "DELETE", line("DELETE / HTTP/1.1"), keeps({problem(405)})},
      {"RFC 9110, 9.3.7", "OPTIONS", line("OPTIONS / HTTP/1.1"), keeps({problem(405)})},
      {"RFC 9110, 9.3.8", "TRACE does not give the request back", line("TRACE / HTTP/1.1"), keeps({problem(405)})},
      {"RFC 5789, 2", "PATCH", line("PATCH / HTTP/1.1"), keeps({problem(405)})},
      {"RFC 9110, 15.5.6", "every resource names its methods", line("DELETE /health HTTP/1.1"), keeps({problem(405)})},
      {"RFC 9110, 15.5.5", "what is not there has no methods", line("PUT /nothing HTTP/1.1"), keeps({problem(404)})},

      // Methods that nobody has.
      {"RFC 9110, 9.3.6", "CONNECT", line("CONNECT a:80 HTTP/1.1"), refused(501)},
      {"RFC 9110, 15.6.2", "an unknown method", line("FETCH / HTTP/1.1"), refused(501)},
      {"RFC 9110, 9.1", "methods are told apart by case", line("get / HTTP/1.1"), refused(501)},
      {"RFC 9110, 9.1", "and by every letter of it", line("Get / HTTP/1.1"), refused(501)},
      {"RFC 9110, 9.1", "the beginning of a method is another one", line("GE / HTTP/1.1"), refused(501)},
      {"RFC 9110, 9.1", "so is a longer word", line("GETS / HTTP/1.1"), refused(501)},
      {"RFC 9110, 5.6.2", "all characters of a token", line("!#$%&'*+-.^_`|~09AZaz / HTTP/1.1"), refused(501)},
      {"RFC 9110, 5.6.2", "a colon is not in a token", line("GET: / HTTP/1.1"), refused(400)},
      {"RFC 9110, 5.6.2", "nor is a parenthesis", line("GE(T / HTTP/1.1"), refused(400)},
      {"RFC 9110, 5.6.2", "nor is a quote", line("\"GET\" / HTTP/1.1"), refused(400)},
      {"RFC 9110, 5.6.2", "nor is a slash", line("GET/ / HTTP/1.1"), refused(400)},
      {"RFC 9110, 5.6.2", "nor is a byte above 127", line("G\xc3\x8bT / HTTP/1.1"), refused(400)},
  };
}

} // namespace greeter::test::rfc
