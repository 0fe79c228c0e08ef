// Where a body with Content-Length ends, and lengths that are none. The largest body of these cases is 1,000 bytes.
#include "http/rfc/case.hpp"

namespace greeter::test::rfc {

using namespace std::literals;

namespace {

std::string length(std::string_view value, std::string_view body = "hello") {
  return post_with("Content-Length: " + std::string(value), body);
}

} // namespace

std::vector<Case> content_length_cases() {
  const Answer answer = problem(405); // no resource takes a body; framing reads past it
  return {
      // Where it ends.
      {"RFC 9112, 6.2", "a body", length("5"), keeps({answer})},
      {"RFC 9112, 6.2", "no body by its length", length("0", ""), keeps({answer})},
      {"RFC 9112, 6.3", "no body without a length", "POST /health HTTP/1.1\r\nHost: a\r\n\r\n", keeps({answer})},
      {"RFC 9112, 6.3", "what follows the body is the next request", length("5", "hello" + get),
       keeps({answer, greeting()})},
      {"RFC 9112, 6.3", "what follows no body is the next request", length("0", get), keeps({answer, greeting()})},
      {"RFC 9112, 11.2", "a body that looks like a request is none", length("28", "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"),
       keeps({answer})},
      {"RFC 9112, 6.2", "a body may hold any byte", length("8", "\0\r\n\r\n\n\xff\r"sv), keeps({answer})},
      {"RFC 9112, 6.3", "one byte less leaves a byte over", length("4", "hell\n"), refused_after({answer}, 400)},
      {"RFC 9112, 6.3", "the line end that some clients add", length("5", "hello\r\n" + get),
       keeps({answer, greeting()})},
      {"RFC 9110, 9.3.1", "a body of GET", get_with("Content-Length: 5") + "hello", keeps({greeting()})},
      {"RFC 9110, 9.3.1", "is not its next request", get_with("Content-Length: 27") + get, keeps({greeting()})},
      {"RFC 9110, 9.3.2", "a body of HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
       keeps({greeting_head()})},
      {"RFC 9110, 9.3.5", "a body of DELETE", "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
       keeps({answer})},
      {"RFC 9110, 9.3.7", "a body of OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
       keeps({answer})},
      {"RFC 9112, 6.2", "a body of HTTP/1.0", "GET / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", closes({greeting()})},
      {"RFC 9112, 8", "a body that has not come", length("5", ""), waits()},
      {"RFC 9112, 8", "a body but for its last byte", length("5", "hell"), waits()},

      // How it may be written.
      {"RFC 9110, 8.6", "zeros in front", length("0005"), keeps({answer})},
      {"RFC 9110, 8.6", "very many of them", length(repeated("0", 40) + "5"), keeps({answer})},
      {"RFC 9112, 5.1", "spaces around it", length(" \t 5 \t "), keeps({answer})},
      {"RFC 9110, 5.1", "the field's name in any case", post_with("cOnTeNt-lEnGtH: 5", "hello"), keeps({answer})},
      {"RFC 9110, 8.6", "just the largest body", length("1000", repeated("a", 1000)), keeps({answer})},

      // How it may not.
      {"RFC 9110, 8.6", "a plus sign", length("+5"), refused(400)},
      {"RFC 9110, 8.6", "a minus sign", length("-5"), refused(400)},
      {"RFC 9110, 8.6", "minus zero", length("-0"), refused(400)},
      {"RFC 9110, 8.6", "hexadecimal", length("0x5"), refused(400)},
      {"RFC 9110, 8.6", "hexadecimal digits", length("a"), refused(400)},
      {"RFC 9110, 8.6", "a fraction", length("5.0"), refused(400)},
      {"RFC 9110, 8.6", "an exponent", length("5e0"), refused(400)},
      {"RFC 9110, 8.6", "a separator of thousands", length("0_005"), refused(400)},
      {"RFC 9110, 8.6", "an encoded digit", length("%35"), refused(400)},
      {"RFC 9110, 8.6", "quotes", length("\"5\""), refused(400)},
      {"RFC 9110, 8.6", "a digit beyond ASCII", length("\xd9\xa5"), refused(400)},
      {"RFC 9110, 8.6", "a word", length("five"), refused(400)},
      {"RFC 9110, 8.6", "nothing", length(""), refused(400)},
      {"RFC 9110, 8.6", "two numbers", length("5 5"), refused(400)},
      {"RFC 9110, 8.6", "a unit", length("5;"), refused(400)},
      {"RFC 9110, 5.5", "NUL behind it", length("5\0"sv), refused(400)},
      {"RFC 9110, 5.6.3", "a vertical tab before it", length("\v5"), refused(400)},
      {"RFC 9112, 5.1", "a space before the colon", post_with("Content-Length : 5", "hello"), refused(400)},
      {"RFC 9112, 5.2", "a folded number", post_with("Content-Length:\r\n 5", "hello"), refused(400)},

      // More than one.
      {"RFC 9112, 6.3", "a list of equal numbers", length("5, 5"), refused(400)},
      {"RFC 9112, 6.3", "a list of different numbers", length("5,6"), refused(400)},
      {"RFC 9112, 6.3", "a list with an empty element", length("5,"), refused(400)},
      {"RFC 9112, 6.3", "two equal lines", length("5\r\nContent-Length: 5"), refused(400)},
      {"RFC 9112, 6.3", "two different lines", length("5\r\nContent-Length: 6"), refused(400)},
      {"RFC 9112, 6.3", "two lines with another between", length("5\r\nX: y\r\nContent-Length: 5"), refused(400)},
      {"RFC 9112, 6.3", "two lines, one by another case", length("0\r\ncontent-length: 5"), refused(400)},
      {"RFC 9110, 5.1", "another field with a name much like it", post_with("Content_Length: 5", get),
       keeps({answer, greeting()})},

      // Too much.
      {"RFC 9110, 15.5.14", "a byte too many is refused before it comes", length("1001", ""), refused(413)},
      {"RFC 9110, 15.5.14", "what was sent of it is no request", length("99999", get), refused(413)},
      {"RFC 9110, 8.6", "the largest number of 63 bits", length("9223372036854775807", ""), refused(413)},
      {"RFC 9110, 8.6", "the largest number of 64 bits", length("18446744073709551615", ""), refused(413)},
      {"RFC 9110, 8.6", "one more", length("18446744073709551616", ""), refused(400)},
      {"RFC 9110, 8.6", "one that is 5 when cut to 64 bits", length("18446744073709551621"), refused(400)},
      {"RFC 9110, 8.6", "a number of forty digits", length(repeated("9", 40), ""), refused(400)},
  };
}

} // namespace greeter::test::rfc
