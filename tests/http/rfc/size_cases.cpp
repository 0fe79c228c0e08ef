// At each limit and one byte, line or chunk over it. The limits are the default ones: 8,000 bytes of target, 16,384 of
// head, 100 lines of at most 8,192 bytes, 65,536 bytes of body.
#include "http/rfc/case.hpp"

namespace greeter::test::rfc {

namespace {

std::string a(std::size_t times) { return repeated("a", times); }

// `count` lines without the last one's end.
std::string lines(std::size_t count) {
  auto all = repeated("X: y\r\n", count);
  all.resize(all.size() - 2);
  return all;
}

// So many bytes of lines, without the last one's end.
std::string bytes_of_lines(std::size_t bytes) {
  const std::string first = "X: " + a(6000) + "\r\nX: " + a(6000) + "\r\nX: ";
  return first + a(bytes - first.size());
}

// A head of so many bytes, up to the last line's end.
std::string head_of(std::size_t bytes) {
  const std::string first = "GET / HTTP/1.1\r\nHost: a\r\n";
  return first + bytes_of_lines(bytes - first.size());
}

} // namespace

std::vector<Case> size_cases() {
  const Answer answer = problem(405), not_found = problem(404);
  const std::string end = "\r\n\r\n", last = "0\r\n\r\n";
  return {
      // The request line.
      {"RFC 9112, 3", "a path at its limit", get_target("/" + a(7999)), keeps({not_found})},
      {"RFC 9110, 15.5.15", "a path over it", get_target("/" + a(8000)), refused(414)},
      {"RFC 9112, 3", "a query at its limit", get_target("/?" + a(7998)), keeps({greeting()})},
      {"RFC 9110, 15.5.15", "a query over it", get_target("/?" + a(7999)), refused(414)},
      {"RFC 9112, 3.2.2", "absolute-form at its limit", get_target("http://a/?" + a(7990)), keeps({greeting()})},
      {"RFC 9110, 15.5.15", "absolute-form over it", get_target("http://a/?" + a(7991)), refused(414)},
      {"RFC 9110, 15.5.15", "a line that is too long is not waited for", "GET /" + a(8028), refused(414)},
      {"RFC 9112, 8", "one byte less is", "GET /" + a(8027), waits()},
      {"RFC 9112, 3", "a method of a thousand letters", a(1000) + " / HTTP/1.1\r\nHost: a" + end, refused(501)},
      {"RFC 9110, 15.5.15", "a method longer than a line", a(9000) + " / HTTP/1.1\r\nHost: a" + end, refused(414)},
      {"RFC 9110, 15.5.15", "a version longer than a line", "GET / HTTP/1.1" + a(9000) + "\r\nHost: a" + end,
       refused(414)},
      {"RFC 9112, 3", "very many spaces", "GET" + repeated(" ", 7000) + "/ HTTP/1.1\r\nHost: a" + end, refused(400)},

      // Header lines.
      {"RFC 9110, 5.4", "a line at its limit", get_with("X: " + a(8189)), keeps({greeting()})},
      {"RFC 6585, 5", "a line over it", get_with("X: " + a(8190)), refused(431)},
      {"RFC 9110, 5.4", "a name that fills a line", get_with(a(8191) + ":"), keeps({greeting()})},
      {"RFC 6585, 5", "a name over it", get_with(a(8192) + ":"), refused(431)},
      {"RFC 9110, 5.4", "spaces that fill a line", get_with("X:" + repeated(" ", 8190)), keeps({greeting()})},
      {"RFC 9110, 5.4", "a hundred lines with Host", get_with(lines(99)), keeps({greeting()})},
      {"RFC 6585, 5", "a hundred and one", get_with(lines(100)), refused(431)},
      {"RFC 9110, 5.4", "a head at its limit", head_of(16384) + end, keeps({greeting()})},
      {"RFC 6585, 5", "a head over it", head_of(16385) + end, refused(431)},
      {"RFC 6585, 5", "a head that is too long is not waited for", head_of(16388), refused(431)},
      {"RFC 6585, 5", "very many lines without an end", "GET / HTTP/1.1\r\n" + repeated("X: y\r\n", 4000),
       refused(431)},
      {"RFC 9110, 5.6.1", "a very long list of options", get_with("Connection: " + repeated("TE, ", 2000) + "close"),
       closes({greeting()})},
      {"RFC 9110, 13.1.2", "a very long list of tags",
       get_with("If-None-Match: " + repeated("\"a\", ", 1500) + "\"$E\""), keeps({unmodified()})},
      {"RFC 9110, 5.6.1", "very many commas", get_with("If-None-Match: " + repeated(",", 8000)), keeps({greeting()})},
      {"RFC 9112, 3.2", "a very long host", "GET / HTTP/1.1\r\nHost: " + a(8000) + end, keeps({greeting()})},
      {"RFC 9112, 6.1", "a very long list of codings",
       post_with("Transfer-Encoding: " + repeated("a,", 4000) + "chunked", last), refused(501)},

      // Bodies.
      {"RFC 9112, 6.2", "a body at its limit", post_with("Content-Length: 65536", a(65536)) + get,
       keeps({answer, greeting()})},
      {"RFC 9110, 15.5.14", "a body over it", post_with("Content-Length: 65537", a(65537)) + get, refused(413)},
      {"RFC 9112, 7.1", "one chunk at its limit", chunked("10000\r\n" + a(65536) + "\r\n" + last), keeps({answer})},
      {"RFC 9110, 15.5.14", "one chunk over it", chunked("10001\r\n" + a(65537) + "\r\n" + last), refused(413)},
      {"RFC 9112, 7.1", "as many chunks as there may be", chunked(repeated("1\r\na\r\n", 1040) + last),
       keeps({answer})},
      {"RFC 9110, 15.5.14", "one chunk more", chunked(repeated("1\r\na\r\n", 1041) + last), refused(413)},
      {"RFC 9112, 7.1.1", "long extensions of many chunks", chunked(repeated("1;" + a(62) + "\r\na\r\n", 1000) + last),
       keeps({answer})},

      // Trailers.
      {"RFC 9112, 7.1.2", "a trailer at its limit", chunked("0\r\nX: " + a(8189) + end), keeps({answer})},
      {"RFC 6585, 5", "a trailer over it", chunked("0\r\nX: " + a(8190) + end), refused(431)},
      {"RFC 9112, 7.1.2", "a hundred trailers", chunked("0\r\n" + lines(100) + end), keeps({answer})},
      {"RFC 6585, 5", "a hundred and one trailers", chunked("0\r\n" + lines(101) + end), refused(431)},
      {"RFC 9112, 7.1.2", "trailers at their limit", chunked("0\r\n" + bytes_of_lines(16384) + end), keeps({answer})},
      {"RFC 6585, 5", "trailers over it", chunked("0\r\n" + bytes_of_lines(16385) + end), refused(431)},
      {"RFC 6585, 5", "trailers without an end", chunked("0\r\n" + repeated("X: y\r\n", 4000)), refused(431)},
  };
}

} // namespace greeter::test::rfc
