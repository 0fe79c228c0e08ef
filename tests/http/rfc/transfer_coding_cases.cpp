// Transfer-Encoding, and all that goes wrong beside it: RFC 9112, 11.2 is about these requests.
#include "http/rfc/case.hpp"

namespace greeter::test::rfc {

using namespace std::literals;

namespace {

constexpr auto body = "5\r\nhello\r\n0\r\n\r\n";

std::string coding(std::string_view value) { return post_with("Transfer-Encoding: " + std::string(value), body); }

std::string version(std::string_view number, std::string_view lines) {
  return "POST / HTTP/" + std::string(number) + "\r\nHost: a\r\n" + std::string(lines) + "\r\n\r\n" + body;
}

} // namespace

std::vector<Case> transfer_coding_cases() {
  const Answer answer = problem(405);
  return {
      // Chunked, and nothing else.
      {"RFC 9112, 7.1", "chunked", coding("chunked"), keeps({answer})},
      {"RFC 9112, 7", "codings in any case", coding("ChUnKeD"), keeps({answer})},
      {"RFC 9112, 5.1", "spaces around it", coding(" \tchunked\t "), keeps({answer})},
      {"RFC 9110, 5.1", "the field's name in any case", post_with("TRANSFER-encoding: chunked", body), keeps({answer})},
      {"RFC 9112, 6.3", "what follows is the next request", coding("chunked") + get, keeps({answer, greeting()})},
      {"RFC 9110, 9.3.1", "chunks of GET", get_with("Transfer-Encoding: chunked") + body, keeps({greeting()})},
      {"RFC 9110, 9.3.2", "chunks of HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"s + body,
       keeps({greeting_head()})},
      {"RFC 9112, 6.1", "in a later minor version", version("1.2", "Transfer-Encoding: chunked"), keeps({answer})},
      {"RFC 9112, 8", "a head whose chunks have not come", chunked(""), waits()},

      // Other codings.
      {"RFC 9112, 6.1", "a coding before chunked is not known here", coding("gzip, chunked"), refused(501)},
      {"RFC 9112, 6.1", "one that nobody knows", coding("a-coding, chunked"), refused(501)},
      {"RFC 9112, 6.3", "chunked is not there", coding("gzip"), refused(400)},
      {"RFC 9112, 6.3", "chunked is not the last", coding("chunked, gzip"), refused(400)},
      {"RFC 9112, 6.1", "chunked twice", coding("chunked, chunked"), refused(400)},
      {"RFC 9112, 7.3", "identity is no coding any more", coding("identity"), refused(400)},
      {"RFC 9112, 6.3", "chunked, then identity", coding("chunked, identity"), refused(400)},
      {"RFC 9112, 6.1", "nothing", coding(""), refused(400)},
      {"RFC 9112, 6.1", "a comma only", coding(","), refused(400)},
      {"RFC 9112, 6.1", "an empty element behind", coding("chunked,"), refused(400)},
      {"RFC 9112, 7.1", "chunked has no parameters", coding("chunked;a=b"), refused(400)},
      {"RFC 9112, 7", "a longer word", coding("xchunked"), refused(400)},
      {"RFC 9112, 7", "a shorter word", coding("chunke"), refused(400)},
      {"RFC 9112, 7", "a word behind it", coding("chunked a"), refused(400)},
      {"RFC 9112, 7", "quotes", coding("\"chunked\""), refused(400)},
      {"RFC 9112, 7", "an encoded letter", coding("%63hunked"), refused(400)},
      {"RFC 9112, 7", "a letter that looks like one", coding("\xd1\x81hunked"), refused(400)},

      // More than one line.
      {"RFC 9112, 6.1", "two lines", coding("chunked\r\nTransfer-Encoding: chunked"), refused(400)},
      {"RFC 9112, 6.1", "the codings on two lines", coding("gzip\r\nTransfer-Encoding: chunked"), refused(400)},
      {"RFC 9112, 6.3", "chunked on the first of two lines", coding("chunked\r\nTransfer-Encoding: a"), refused(400)},
      {"RFC 9112, 6.1", "an empty line beside it", coding("\r\nTransfer-Encoding: chunked"), refused(400)},

      // With Content-Length.
      {"RFC 9112, 6.1", "after Content-Length", post_with("Content-Length: 15\r\nTransfer-Encoding: chunked", body),
       refused(400)},
      {"RFC 9112, 6.1", "before Content-Length", post_with("Transfer-Encoding: chunked\r\nContent-Length: 15", body),
       refused(400)},
      {"RFC 9112, 6.1", "with Content-Length: 0", post_with("Content-Length: 0\r\nTransfer-Encoding: chunked", body),
       refused(400)},
      {"RFC 9112, 11.2", "a request hidden behind the chunks",
       post_with("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n" + get), refused(400)},
      {"RFC 9112, 11.2", "a request hidden in the length",
       post_with("Content-Length: 32\r\nTransfer-Encoding: chunked", "0\r\n\r\n" + get), refused(400)},
      {"RFC 9112, 11.2", "another coding with Content-Length",
       post_with("Content-Length: 5\r\nTransfer-Encoding: identity", "hello"), refused(400)},

      // A line that other parsers may not see, or see where there is none.
      {"RFC 9112, 5.1", "a space before the colon", post_with("Transfer-Encoding : chunked", body), refused(400)},
      {"RFC 9112, 5.1", "a tab before the colon", post_with("Transfer-Encoding\t: chunked", body), refused(400)},
      {"RFC 9112, 5.2", "a folded value", post_with("Transfer-Encoding:\r\n chunked", body), refused(400)},
      {"RFC 9112, 5.2", "a folded line that looks like it", post_with("X: y\r\n Transfer-Encoding: chunked", body),
       refused(400)},
      {"RFC 9112, 2.2", "LF before it", post_with("X: y\nTransfer-Encoding: chunked", body), refused(400)},
      {"RFC 9112, 2.2", "CR before it", post_with("X: y\rTransfer-Encoding: chunked", body), refused(400)},
      {"RFC 9110, 5.5", "a vertical tab before the coding", coding("\vchunked"), refused(400)},
      {"RFC 9110, 5.5", "NUL behind the coding", coding("chunked\0"sv), refused(400)},
      {"RFC 9110, 5.1", "another field with a name much like it",
       post_with("Transfer_Encoding: chunked\r\nContent-Length: 5", "hello"), keeps({answer})},

      // HTTP/1.0 has no transfer codings.
      {"RFC 9112, 6.1", "in HTTP/1.0", version("1.0", "Transfer-Encoding: chunked"), refused(400)},
      {"RFC 9112, 6.1", "in HTTP/1.0 that is kept alive",
       version("1.0", "Connection: keep-alive\r\nTransfer-Encoding: chunked"), refused(400)},
      {"RFC 9112, 6.1", "in HTTP/1.0 with Content-Length",
       version("1.0", "Content-Length: 15\r\nTransfer-Encoding: chunked"), refused(400)},
  };
}

} // namespace greeter::test::rfc
