// Expect: 100-continue is answered when the body has not come with the head.
#include "http/rfc/case.hpp"

namespace greeter::test::rfc {

namespace {

constexpr std::string_view expect = "Expect: 100-continue\r\nContent-Length: 5";
constexpr std::string_view expect_chunks = "Expect: 100-continue\r\nTransfer-Encoding: chunked";

// One request. Where the server's reading stops between head and body, it asks for the body.
Case asked(std::string_view section, std::string_view what, std::string_view lines, std::string_view body) {
  const auto head = post_with(lines, "").size();
  return {section, what, post_with(lines, body), keeps({asking(head, problem(405))})};
}

Case begun(std::string_view section, std::string_view what, std::string_view lines, std::string_view part_of_body) {
  return {section, what, post_with(lines, part_of_body), waits({asking(post_with(lines, "").size(), nothing())})};
}

} // namespace

std::vector<Case> expect_cases() {
  const Answer answer = problem(405);
  const auto second = get.size() + post_with(expect, "").size();
  return {
      // Who asks.
      asked("RFC 9110, 10.1.1", "a body that has come needs no 100", expect, "hello"),
      asked("RFC 9110, 10.1.1", "nor do chunks", expect_chunks, "5\r\nhello\r\n0\r\n\r\n"),
      asked("RFC 9110, 10.1.1", "nor does the last chunk alone", expect_chunks, "0\r\n\r\n"),
      asked("RFC 9110, 10.1.1", "the expectation in any case", "expect: 100-CONTINUE\r\nContent-Length: 1", "a"),
      asked("RFC 9110, 10.1.1", "the expectation behind the length", "Content-Length: 2\r\nExpect: 100-continue", "ab"),
      begun("RFC 9110, 10.1.1", "a body that has not come", expect, ""),
      begun("RFC 9110, 10.1.1", "a body that has begun to come needs no 100", expect, "hell"),
      begun("RFC 9110, 10.1.1", "chunks that have not come", expect_chunks, ""),
      begun("RFC 9110, 10.1.1", "a chunk that has begun to come", expect_chunks, "5\r\nhe"),
      begun("RFC 9110, 10.1.1", "chunks without the last", expect_chunks, "5\r\nhello\r\n"),
      {"RFC 9110, 10.1.1", "the requests before it are answered first", get + post_with(expect, ""),
       waits({greeting(), asking(second, nothing())})},
      {"RFC 9110, 10.1.1", "each request asks for itself", get + post_with(expect, "hello") + get,
       keeps({greeting(), asking(second, answer), greeting()})},

      // Who does not.
      {"RFC 9110, 10.1.1", "no body is expected", get_with("Expect: 100-continue"), keeps({greeting()})},
      {"RFC 9110, 10.1.1", "an empty body", post_with("Expect: 100-continue\r\nContent-Length: 0", ""),
       keeps({answer})},
      {"RFC 9110, 10.1.1", "HTTP/1.0 knows no 100",
       "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello", closes({answer})},
      {"RFC 9110, 10.1.1", "not even while its body is missing",
       "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", waits()},

      // A final answer instead.
      {"RFC 9110, 10.1.1", "a body that is too large is not asked for",
       post_with("Expect: 100-continue\r\nContent-Length: 99999999", ""), refused(413)},
      {"RFC 9110, 10.1.1", "nor is a body of no clear length",
       post_with("Expect: 100-continue\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", ""), refused(400)},
      {"RFC 9110, 10.1.1", "nor one in a coding unknown here",
       post_with("Expect: 100-continue\r\nTransfer-Encoding: gzip, chunked", ""), refused(501)},
      {"RFC 9110, 15.5.18", "another expectation", get_with("Expect: a-miracle"), refused(417)},
      {"RFC 9110, 15.5.18", "one beside 100-continue",
       post_with("Expect: 100-continue, a-miracle\r\nContent-Length: 5", "hello"), refused(417)},
      {"RFC 9110, 15.5.18", "one on a line of its own",
       post_with("Expect: a\r\nExpect: 100-continue\r\nContent-Length: 5", "hello"), refused(417)},
      {"RFC 9110, 15.5.18", "100-continue has no parameters",
       post_with("Expect: 100-continue;a=b\r\nContent-Length: 5", "hello"), refused(417)},
      {"RFC 9110, 15.5.18", "a longer word", post_with("Expect: 100-continued\r\nContent-Length: 5", "hello"),
       refused(417)},
      {"RFC 9110, 15.5.18", "an expectation of HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\n\r\n",
       closes({to_head(problem(417))})},
  };
}

} // namespace greeter::test::rfc
