// The request target in its four forms, and the path in it.
#include "http/rfc/case.hpp"

namespace greeter::test::rfc {

namespace {

std::string options(std::string_view target) {
  return "OPTIONS " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

} // namespace

std::vector<Case> target_cases() {
  return {
      // origin-form: the query says nothing here.
      {"RFC 9112, 3.2.1", "a query", get_target("/?a=b&c=d"), keeps({greeting()})},
      {"RFC 9112, 3.2.1", "an empty query", get_target("/?"), keeps({greeting()})},
      {"RFC 3986, 3.4", "a query may hold '?'", get_target("/??"), keeps({greeting()})},
      {"RFC 3986, 3.4", "and '/', and what looks like a path", get_target("/?/../nothing"), keeps({greeting()})},
      {"RFC 3986, 3.4", "and an address", get_target("/?u=http://u:p@b/"), keeps({greeting()})},
      {"RFC 3986, 2.1", "a '%' that encodes nothing in the query", get_target("/?100%"), keeps({greeting()})},
      {"RFC 3986, 2.1", "a '%' before other letters in the query", get_target("/?%zz"), keeps({greeting()})},
      {"RFC 3986, 2.2", "visible characters that clients send raw", get_target("/?a[]=|^`{}<>\"\\"),
       keeps({greeting()})},
      {"RFC 9112, 3.2.1", "another resource with a query", get_target("/health?a"), keeps({health()})},

      // origin-form: paths are decoded once and not normalised.
      {"RFC 3986, 2.1", "an encoded letter", get_target("/%68ealth"), keeps({health()})},
      {"RFC 3986, 2.1", "all of it encoded", get_target("/%68%65%61%6C%74%68"), keeps({health()})},
      {"RFC 3986, 6.2.2.1", "the digits of an encoded letter in lower case", get_target("/hea%6cth"),
       keeps({health()})},
      {"RFC 3986, 2.4", "a path is decoded only once", get_target("/%2568ealth"), keeps({problem(404)})},
      {"RFC 3986, 2.2", "an encoded slash", get_target("/%2F"), keeps({problem(404)})},
      {"RFC 3986, 2.2", "an encoded question mark is in the path", get_target("/%3Fa"), keeps({problem(404)})},
      {"RFC 3986, 2.2", "an encoded fragment sign too", get_target("/health%23a"), keeps({problem(404)})},
      {"RFC 3986, 7.3", "an encoded NUL", get_target("/health%00"), keeps({problem(404)})},
      {"RFC 3986, 2.1", "an encoded space", get_target("/health%20"), keeps({problem(404)})},
      {"RFC 3986, 2.1", "an encoded line end", get_target("/health%0D%0AX:%20y"), keeps({problem(404)})},
      {"RFC 3986, 2.5", "encoded UTF-8", get_target("/%C3%A4"), keeps({problem(404)})},
      {"RFC 3986, 2.1", "'%' at the end of the path", get_target("/%"), refused(400)},
      {"RFC 3986, 2.1", "'%' and one digit", get_target("/%4"), refused(400)},
      {"RFC 3986, 2.1", "'%' and no digits", get_target("/%zz"), refused(400)},
      {"RFC 3986, 2.1", "'%' and one digit before the query", get_target("/%4?a"), refused(400)},
      {"RFC 3986, 2.1", "'%' and other digits", get_target("/%u0041"), refused(400)},
      {"RFC 3986, 5.2.4", "'.' is not taken out", get_target("/./"), keeps({problem(404)})},
      {"RFC 3986, 5.2.4", "'..' is not taken out", get_target("/../"), keeps({problem(404)})},
      {"RFC 3986, 5.2.4", "'..' behind a name", get_target("/a/../health"), keeps({problem(404)})},
      {"RFC 3986, 5.2.4", "encoded dots", get_target("/%2e%2e/health"), keeps({problem(404)})},
      {"RFC 3986, 3.3", "an empty segment", get_target("//"), keeps({problem(404)})},
      {"RFC 3986, 3.3", "an empty segment is no authority", get_target("//b/health"), keeps({problem(404)})},
      {"RFC 3986, 3.3", "a slash behind", get_target("/health/"), keeps({problem(404)})},
      {"RFC 3986, 3.3", "parameters of a segment", get_target("/health;a=b"), keeps({problem(404)})},
      {"RFC 3986, 3.3", "':' and '@' belong in a path", get_target("/a:b@c"), keeps({problem(404)})},
      {"RFC 9110, 4.2.3", "paths are told apart by case", get_target("/HEALTH"), keeps({problem(404)})},
      {"RFC 9110, 4.2.3", "a backslash is no slash", get_target("/\\health"), keeps({problem(404)})},

      // What is in no target.
      {"RFC 9110, 7.1", "a fragment", get_target("/a#b"), refused(400)},
      {"RFC 9110, 7.1", "an empty fragment", get_target("/#"), refused(400)},
      {"RFC 9110, 7.1", "a fragment behind a query", get_target("/?a#b"), refused(400)},
      {"RFC 3986, 2", "a letter beyond ASCII", get_target("/\xc3\xa4"), refused(400)},
      {"RFC 3986, 2", "the same in a query", get_target("/?\xc3\xa4"), refused(400)},
      {"RFC 9112, 3.2", "a control character", get_target("/\x01"), refused(400)},
      {"RFC 9112, 3.2", "DEL", get_target("/\x7f"), refused(400)},
      {"RFC 9112, 3.2", "a tab in the query", get_target("/?a\tb"), refused(400)},
      {"RFC 9112, 3.2.1", "a path without its slash", get_target("health"), refused(400)},
      {"RFC 9112, 3.2.1", "a query without a path", get_target("?a"), refused(400)},
      {"RFC 9112, 3.2.1", "a dot", get_target("."), refused(400)},
      {"RFC 9112, 3.2.1", "a backslash first", get_target("\\"), refused(400)},

      // absolute-form.
      {"RFC 9112, 3.2.2", "http", get_target("http://a/"), keeps({greeting()})},
      {"RFC 9112, 3.2.2", "https, as seen by a proxy that ends TLS", get_target("https://a/"), keeps({greeting()})},
      {"RFC 9112, 3.2.2", "no path is the path '/'", get_target("http://a"), keeps({greeting()})},
      {"RFC 9112, 3.2.2", "a query and no path", get_target("http://a?b"), keeps({greeting()})},
      {"RFC 9112, 3.2.2", "a path and a query", get_target("http://a/health?b"), keeps({health()})},
      {"RFC 3986, 3.1", "schemes in any case", get_target("HtTp://a/"), keeps({greeting()})},
      {"RFC 9110, 4.2.1", "another scheme", get_target("ftp://a/"), refused(400)},
      {"RFC 9110, 4.2.1", "no authority", get_target("http:///"), refused(400)},
      {"RFC 9110, 4.2.1", "no authority and no path", get_target("http://"), refused(400)},
      {"RFC 9110, 4.2.1", "one slash", get_target("http:/a"), refused(400)},
      {"RFC 9110, 4.2.1", "no slash", get_target("http:a"), refused(400)},
      {"RFC 9110, 7.1", "a fragment in absolute-form", get_target("http://a/#b"), refused(400)},
      {"RFC 9110, 7.1", "a fragment behind the authority", get_target("http://a#b"), refused(400)},
      {"RFC 3986, 2.1", "'%' and one digit in absolute-form", get_target("http://a/%6"), refused(400)},

      // authority-form and asterisk-form.
      {"RFC 9112, 3.2.3", "authority-form is for CONNECT only", get_target("a:80"), refused(400)},
      {"RFC 9112, 3.2.4", "an asterisk asks for OPTIONS of the server", options("*"), keeps({problem(405)})},
      {"RFC 9112, 3.2.4", "an asterisk is for OPTIONS only", get_target("*"), refused(400)},
      {"RFC 9112, 3.2.4", "not for HEAD", "HEAD * HTTP/1.1\r\nHost: a\r\n\r\n", closes({to_head(problem(400))})},
      {"RFC 9112, 3.2.4", "an asterisk has no query", options("*?a"), refused(400)},
      {"RFC 9112, 3.2.4", "nor a path", options("*/"), refused(400)},
      {"RFC 9112, 3.2.4", "an asterisk in a path is another path", options("/*"), keeps({problem(404)})},
      {"RFC 9112, 3.2.4", "OPTIONS in absolute-form", options("http://a/"), keeps({problem(405)})},
  };
}

} // namespace greeter::test::rfc
