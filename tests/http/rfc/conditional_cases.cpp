// If-None-Match and If-Match. "$E" stands for the sixteen digits of the greeting's ETag.
#include "http/rfc/case.hpp"

namespace greeter::test::rfc {

namespace {

std::string none(std::string_view value) { return get_with("If-None-Match: " + std::string(value)); }
std::string match(std::string_view value) { return get_with("If-Match: " + std::string(value)); }
std::string to(std::string_view request, std::string_view lines) {
  return std::string(request) + " HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n\r\n";
}

} // namespace

std::vector<Case> conditional_cases() {
  const auto failed = problem(412);
  const std::string same = "If-None-Match: \"$E\"";
  return {
      // If-None-Match: the client has it already.
      {"RFC 9110, 13.1.2", "the same tag", none("\"$E\""), keeps({unmodified()})},
      {"RFC 9110, 13.1.2", "another tag", none("\"0123456789abcdef\""), keeps({greeting()})},
      {"RFC 9110, 8.8.3.2", "a weak tag is the same when compared weakly", none("W/\"$E\""), keeps({unmodified()})},
      {"RFC 9110, 13.1.2", "first of a list", none("\"$E\", \"a\""), keeps({unmodified()})},
      {"RFC 9110, 13.1.2", "last of a list", none("\"a\",W/\"b\",\"$E\""), keeps({unmodified()})},
      {"RFC 9110, 13.1.2", "amid a list, and weak", none("\"a\" , W/\"$E\" , \"b\""), keeps({unmodified()})},
      {"RFC 9110, 13.1.2", "a list of others", none("\"a\", \"b\", W/\"c\""), keeps({greeting()})},
      {"RFC 9110, 5.6.1", "empty elements of a list", none(", ,\t\"$E\",,"), keeps({unmodified()})},
      {"RFC 9110, 8.8.3", "a tag may hold a comma", none("\"a,b\", \"$E\""), keeps({unmodified()})},
      {"RFC 9110, 8.8.3", "what stands in another tag is none", none("\"a, W/\"$E"), keeps({greeting()})},
      {"RFC 9110, 8.8.3", "a tag may hold bytes above 127", none("\"\xc3\xa4\", \"$E\""), keeps({unmodified()})},
      {"RFC 9110, 8.8.3", "an empty tag is a tag", none("\"\""), keeps({greeting()})},
      {"RFC 9110, 5.3", "on the second of two lines", get_with("If-None-Match: \"a\"\r\n" + same),
       keeps({unmodified()})},
      {"RFC 9110, 5.3", "on the first of two lines", get_with(same + "\r\nIf-None-Match: \"a\""),
       keeps({unmodified()})},
      {"RFC 9110, 5.3", "on neither of two lines", get_with("If-None-Match: \"a\"\r\nIf-None-Match: \"b\""),
       keeps({greeting()})},
      {"RFC 9110, 13.1.2", "any tag", none("*"), keeps({unmodified()})},
      {"RFC 9110, 13.1.2", "an asterisk in quotes is a tag", none("\"*\""), keeps({greeting()})},
      {"RFC 9110, 5.1", "the field's name in any case", get_with("IF-NONE-match: \"$E\""), keeps({unmodified()})},
      {"RFC 9112, 5.1", "no space before the tag", get_with("If-None-Match:\"$E\""), keeps({unmodified()})},

      // What is no tag matches nothing.
      {"RFC 9110, 8.8.3", "no quotes", none("$E"), keeps({greeting()})},
      {"RFC 9110, 8.8.3", "a quote in front only", none("\"$E"), keeps({greeting()})},
      {"RFC 9110, 8.8.3", "a quote behind only", none("$E\""), keeps({greeting()})},
      {"RFC 9110, 8.8.3", "other quotes", none("'$E'"), keeps({greeting()})},
      {"RFC 9110, 8.8.3", "a weak tag in lower case", none("w/\"$E\""), keeps({greeting()})},
      {"RFC 9110, 8.8.3", "a space in a weak tag", none("W/ \"$E\""), keeps({greeting()})},
      {"RFC 9110, 8.8.3", "spaces in the quotes", none("\" $E \""), keeps({greeting()})},
      {"RFC 9110, 8.8.3", "a tag that begins like it", none("\"$E0\""), keeps({greeting()})},
      {"RFC 9110, 13.1.2", "nothing", none(""), keeps({greeting()})},

      // Which requests have conditions.
      {"RFC 9110, 13.1.2", "HEAD", to("HEAD /", same), keeps({unmodified()})},
      {"RFC 9110, 13.1.2", "a query", to("GET /?a", same), keeps({unmodified()})},
      {"RFC 9112, 3.2.2", "absolute-form", to("GET http://a/", same), keeps({unmodified()})},
      {"RFC 9110, 13.2.1", "a method that is not there", to("POST /", same), keeps({problem(405)})},
      {"RFC 9110, 13.2.1", "and any tag", to("PUT /", "If-None-Match: *"), keeps({problem(405)})},
      {"RFC 9110, 13.2.1", "where nothing is", to("GET /nothing", "If-None-Match: *"), keeps({problem(404)})},
      {"RFC 9110, 13.2.1", "a resource without a tag", to("GET /health", "If-None-Match: *"), keeps({health()})},
      {"RFC 9110, 13.1.2", "a body beside it", get_with(same + "\r\nContent-Length: 5") + "hello",
       keeps({unmodified()})},
      {"RFC 9112, 9.6", "close beside it", get_with(same + "\r\nConnection: close"), closes({unmodified()})},
      {"RFC 9112, 9.3", "HTTP/1.0", "GET / HTTP/1.0\r\n" + same + "\r\n\r\n", closes({unmodified()})},
      {"RFC 9112, 9.3", "HTTP/1.0 kept alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n" + same + "\r\n\r\n",
       keeps({kept_alive(unmodified())})},
      {"RFC 9110, 15.4.5", "the next request follows at once", none("\"$E\"") + get, keeps({unmodified(), greeting()})},

      // If-Match: only if it is still this one.
      {"RFC 9110, 13.1.1", "the same tag", match("\"$E\""), keeps({greeting()})},
      {"RFC 9110, 13.1.1", "another tag", match("\"0123456789abcdef\""), keeps({failed})},
      {"RFC 9110, 8.8.3.2", "a weak tag is never the same when compared strongly", match("W/\"$E\""), keeps({failed})},
      {"RFC 9110, 13.1.1", "in a list", match("\"a\", W/\"b\", \"$E\""), keeps({greeting()})},
      {"RFC 9110, 13.1.1", "a list of others", match("\"a\", W/\"$E\""), keeps({failed})},
      {"RFC 9110, 5.3", "on the second of two lines", get_with("If-Match: \"a\"\r\nIf-Match: \"$E\""),
       keeps({greeting()})},
      {"RFC 9110, 13.1.1", "any tag", match("*"), keeps({greeting()})},
      {"RFC 9110, 8.8.3", "what is no tag", match("$E"), keeps({failed})},
      {"RFC 9110, 13.1.1", "HEAD", to("HEAD /", "If-Match: \"a\""), keeps({to_head(failed)})},
      {"RFC 9110, 13.1.1", "close beside it", get_with("If-Match: \"a\"\r\nConnection: close"), closes({failed})},
      {"RFC 9110, 13.1.1", "HTTP/1.0", "GET / HTTP/1.0\r\nIf-Match: \"a\"\r\n\r\n", closes({failed})},
      {"RFC 9110, 13.2.1", "a method that is not there", to("DELETE /", "If-Match: \"a\""), keeps({problem(405)})},
      {"RFC 9110, 13.2.1", "where nothing is", to("GET /nothing", "If-Match: *"), keeps({problem(404)})},

      // Both, and others.
      {"RFC 9110, 13.2.2", "If-Match holds, If-None-Match does not", match("\"$E\"\r\n" + same), keeps({unmodified()})},
      {"RFC 9110, 13.2.2", "neither holds: If-Match comes first", match("\"a\"\r\n" + same), keeps({failed})},
      {"RFC 9110, 13.2.2", "the same in the other order", get_with(same + "\r\nIf-Match: \"a\""), keeps({failed})},
      {"RFC 9110, 13.2.2", "both hold", match("\"$E\"\r\nIf-None-Match: \"a\""), keeps({greeting()})},
      {"RFC 9110, 13.1.3", "there is no date to compare with",
       get_with("If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"), keeps({greeting()})},
      {"RFC 9110, 13.1.3", "If-None-Match beats that date",
       get_with("If-None-Match: \"a\"\r\nIf-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"), keeps({greeting()})},
      {"RFC 9110, 13.1.4", "nor a date that must not be passed",
       get_with("If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"), keeps({greeting()})},
      {"RFC 9110, 13.1.5", "a range is ignored, and its condition", get_with("Range: bytes=0-1\r\nIf-Range: \"$E\""),
       keeps({greeting()})},
  };
}

} // namespace greeter::test::rfc
