// Chunks: their sizes, extensions and ends. The largest body of these cases is 1,000 bytes.
#include "http/rfc/case.hpp"

namespace greeter::test::rfc {

using namespace std::literals;

namespace {

constexpr auto last = "0\r\n\r\n";

// "hello" in one chunk with this line.
std::string one(std::string_view line) { return chunked(std::string(line) + "\r\nhello\r\n" + last); }

} // namespace

std::vector<Case> chunk_cases() {
  const Answer answer = problem(405);
  return {
      // Sizes.
      {"RFC 9112, 7.1", "no chunk but the last", chunked(last), keeps({answer})},
      {"RFC 9112, 7.1", "several chunks", chunked("2\r\nhe\r\n1\r\nl\r\n2\r\nlo\r\n"s + last), keeps({answer})},
      {"RFC 9112, 7.1", "a size in lower case", chunked("a\r\n0123456789\r\n"s + last), keeps({answer})},
      {"RFC 9112, 7.1", "a size in upper case", chunked("A\r\n0123456789\r\n"s + last), keeps({answer})},
      {"RFC 9112, 7.1", "a size of two digits", chunked("1f\r\n" + repeated("a", 31) + "\r\n" + last), keeps({answer})},
      {"RFC 9112, 7.1", "zeros in front", one("0005"), keeps({answer})},
      {"RFC 9112, 7.1", "sixteen digits", one("0000000000000005"), keeps({answer})},
      {"RFC 9112, 7.1", "seventeen digits", one("00000000000000005"), keeps({answer})},
      {"RFC 9112, 7.1", "the last chunk may have more zeros", chunked("5\r\nhello\r\n000\r\n\r\n"), keeps({answer})},
      {"RFC 9112, 7.1", "nothing after the last chunk is part of it", chunked("0\r\n\r\n5\r\nhello\r\n\r\n"),
       refused_after({answer}, 400)},
      {"RFC 9112, 7.1", "a chunk may hold any byte", chunked("8\r\n\0\r\n\r\n\n\xff\r\r\n0\r\n\r\n"sv),
       keeps({answer})},
      {"RFC 9112, 7.1", "and what looks like the last chunk", chunked("5\r\n0\r\n\r\n\r\n"s + last), keeps({answer})},
      {"RFC 9112, 11.2", "and what looks like a request", chunked("1b\r\n" + get + "\r\n" + last), keeps({answer})},

      // Sizes that are none.
      {"RFC 9112, 7.1", "no size", one(""), refused(400)},
      {"RFC 9112, 7.1", "a letter", one("g"), refused(400)},
      {"RFC 9112, 7.1", "a letter behind a digit", one("5g"), refused(400)},
      {"RFC 9112, 7.1", "a plus sign", one("+5"), refused(400)},
      {"RFC 9112, 7.1", "a minus sign", one("-5"), refused(400)},
      {"RFC 9112, 7.1", "a prefix", one("0x5"), refused(400)},
      {"RFC 9112, 7.1", "a space before the size", one(" 5"), refused(400)},
      {"RFC 9112, 7.1", "a space behind the size", one("5 "), refused(400)},
      {"RFC 9112, 7.1", "a tab behind the size", one("5\t"), refused(400)},
      {"RFC 9112, 7.1", "a comma", one("5,5"), refused(400)},
      {"RFC 9112, 7.1", "a fraction", one("5.0"), refused(400)},
      {"RFC 9112, 7.1", "quotes", one("\"5\""), refused(400)},
      {"RFC 9112, 7.1", "a digit beyond ASCII", one("\xd9\xa5"), refused(400)},
      {"RFC 9112, 7.1", "NUL behind the size", one("5\0"sv), refused(400)},
      {"RFC 9112, 7.1", "an empty line before the first chunk", chunked("\r\n5\r\nhello\r\n"s + last), refused(400)},
      {"RFC 9112, 7.1", "a body without chunks", chunked("hello"s + "\r\n\r\n"), refused(400)},
      {"RFC 9112, 7.1", "a size of 68 bits that is 5 when cut", one("10000000000000005"), refused(400)},
      {"RFC 9112, 7.1", "the largest size of 64 bits", chunked("ffffffffffffffff\r\n"), refused(413)},
      {"RFC 9112, 7.1", "the largest size of 63 bits", chunked("7fffffffffffffff\r\n"), refused(413)},
      {"RFC 9112, 7.1", "sizes whose sum is small when cut to 64 bits", chunked("5\r\nhello\r\nfffffffffffffffe\r\n"),
       refused(413)},

      // Extensions are passed over.
      {"RFC 9112, 7.1.1", "a name", one("5;a"), keeps({answer})},
      {"RFC 9112, 7.1.1", "a name and a value", one("5;a=b"), keeps({answer})},
      {"RFC 9112, 7.1.1", "a quoted value", one("5;a=\"b;c \\\" d\""), keeps({answer})},
      {"RFC 9112, 7.1.1", "several", one("5;a=b;c;d=e"), keeps({answer})},
      {"RFC 9112, 7.1.1", "spaces behind the semicolon", one("5; a = b"), keeps({answer})},
      {"RFC 9112, 7.1.1", "of the last chunk", chunked("5\r\nhello\r\n0;a=b\r\n\r\n"), keeps({answer})},
      {"RFC 9112, 7.1.1", "an extension is no size", chunked("0;5\r\n\r\n"s + get), keeps({answer, greeting()})},
      {"RFC 9112, 7.1.1", "an extension without a size", one(";a=b"), refused(400)},
      {"RFC 9112, 7.1.1", "a space before the semicolon", one("5 ;a=b"), refused(400)},
      {"RFC 9112, 7.1.1", "a control character", one("5;a=\x01"), refused(400)},
      {"RFC 9112, 7.1.1", "NUL", one("5;a=\0"sv), refused(400)},
      {"RFC 9112, 7.1.1", "CR", one("5;a\rb"), refused(400)},
      {"RFC 9112, 7.1.1", "CR before the line's end", one("5;a\r"), refused(400)},
      {"RFC 9112, 7.1.1", "LF, which hides a request from who ends the line there", one("5;a\nb"), refused(400)},
      {"RFC 9112, 7.1.1", "a line of 64 bytes", one("5;" + repeated("a", 62)), keeps({answer})},
      {"RFC 9112, 7.1.1", "a line of 65 bytes", one("5;" + repeated("a", 63)), refused(400)},
      {"RFC 9112, 7.1.1", "a line without end is not waited for", chunked("5;" + repeated("a", 80)), refused(400)},

      // The ends of lines and of data.
      {"RFC 9112, 7.1", "LF ends the size", chunked("5\nhello\r\n"s + last), refused(400)},
      {"RFC 9112, 7.1", "CR ends the size", chunked("5\rhello\r\n"s + last), refused(400)},
      {"RFC 9112, 7.1", "CR CR LF ends the size", one("5\r"), refused(400)},
      {"RFC 9112, 7.1", "LF ends the data", chunked("5\r\nhello\n"s + last), refused(400)},
      {"RFC 9112, 7.1", "CR ends the data", chunked("5\r\nhello\r"s + last), refused(400)},
      {"RFC 9112, 7.1", "nothing ends the data", chunked("5\r\nhello"s + last), refused(400)},
      {"RFC 9112, 7.1", "the data is longer than its size", chunked("4\r\nhello\r\n"s + last), refused(400)},
      {"RFC 9112, 7.1", "the data is shorter than its size", chunked("6\r\nhello\r\n"s + last), refused(400)},
      {"RFC 9112, 7.1", "LF ends the last chunk", chunked("5\r\nhello\r\n0\n\r\n"), refused(400)},
      {"RFC 9112, 7.1", "LF ends the body", chunked("5\r\nhello\r\n0\r\n\n"), refused(400)},
      {"RFC 9112, 7.1", "LF everywhere", chunked("5\nhello\n0\n\n"), refused(400)},

      // What is not there yet.
      {"RFC 9112, 8", "a size without its line's end", chunked("5"), waits()},
      {"RFC 9112, 8", "a size and half its line's end", chunked("5\r"), waits()},
      {"RFC 9112, 8", "a chunk but for its last byte", chunked("5\r\nhell"), waits()},
      {"RFC 9112, 8", "a chunk and half its line's end", chunked("5\r\nhello\r"), waits()},
      {"RFC 9112, 8", "the last chunk is missing", chunked("5\r\nhello\r\n"), waits()},
      {"RFC 9112, 8", "the body's end is missing", chunked("5\r\nhello\r\n0\r\n"), waits()},
      {"RFC 9112, 8", "half the body's end is missing", chunked("5\r\nhello\r\n0\r\n\r"), waits()},

      // Too much.
      {"RFC 9110, 15.5.14", "just the largest body", chunked("3e8\r\n" + repeated("a", 1000) + "\r\n" + last),
       keeps({answer})},
      {"RFC 9110, 15.5.14", "a chunk that is too large is refused before it comes", chunked("3e9\r\n"), refused(413)},
      {"RFC 9110, 15.5.14", "so is the chunk that makes the body too large",
       chunked("3e8\r\n" + repeated("a", 1000) + "\r\n1\r\n"), refused(413)},
      {"RFC 9110, 15.5.14", "a thousand chunks", chunked(repeated("1\r\na\r\n", 1000) + last), keeps({answer})},
  };
}

} // namespace greeter::test::rfc
