// Whether a connection goes on, by its client's word and version.
#include "http/rfc/case.hpp"

namespace greeter::test::rfc {

namespace {

std::string old(std::string_view lines, std::string_view request = "GET /") {
  return std::string(request) + " HTTP/1.0\r\n" + std::string(lines) + "\r\n\r\n";
}

} // namespace

std::vector<Case> connection_cases() {
  const auto kept = kept_alive(greeting());
  const std::string alive = "Connection: keep-alive";
  return {
      // HTTP/1.1 goes on unless somebody says otherwise.
      {"RFC 9112, 9.3", "a connection serves one request after the other", get + get, keeps({greeting(), greeting()})},
      {"RFC 9112, 9.6", "close ends it", get_with("Connection: close"), closes({greeting()})},
      {"RFC 9112, 9.6", "what follows is not read", get_with("Connection: close") + get, closes({greeting()})},
      {"RFC 9110, 7.6.1", "options in any case", get_with("Connection: CLOSE"), closes({greeting()})},
      {"RFC 9110, 5.1", "the field's name in any case", get_with("cOnNeCtIoN: close"), closes({greeting()})},
      {"RFC 9112, 5.1", "spaces and tabs around it", get_with("Connection: \t close \t "), closes({greeting()})},
      {"RFC 9110, 5.6.1", "first of a list", get_with("Connection: close, TE"), closes({greeting()})},
      {"RFC 9110, 5.6.1", "last of a list", get_with("Connection: TE, Upgrade,close"), closes({greeting()})},
      {"RFC 9110, 5.6.1", "amid empty elements of a list", get_with("Connection: , ,\tclose\t,"), closes({greeting()})},
      {"RFC 9110, 5.3", "on the second of two lines", get_with("Connection: TE\r\nConnection: close"),
       closes({greeting()})},
      {"RFC 9110, 5.3", "on the first of two lines", get_with("Connection: close\r\nConnection: TE"),
       closes({greeting()})},
      {"RFC 9112, 9.3", "close beats keep-alive in front", get_with("Connection: keep-alive, close"),
       closes({greeting()})},
      {"RFC 9112, 9.3", "and behind", get_with("Connection: close, keep-alive"), closes({greeting()})},
      {"RFC 9112, 9.3", "and on another line", get_with("Connection: close\r\nConnection: keep-alive"),
       closes({greeting()})},
      {"RFC 9112, 9.6", "close of a request with a body", post_with("Connection: close\r\nContent-Length: 5", "hello"),
       closes({problem(405)})},
      {"RFC 9112, 9.6", "close of HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
       closes({greeting_head()})},
      {"RFC 9112, 9.6", "close where nothing is", "GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
       closes({problem(404)})},
      {"RFC 9112, 9.6", "close of another resource", "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
       closes({health()})},
      {"RFC 9112, 9.6", "HTTP/1.2 ends like HTTP/1.1", "GET / HTTP/1.2\r\nHost: a\r\nConnection: close\r\n\r\n",
       closes({greeting()})},

      // What is no close.
      {"RFC 9112, 9.3", "keep-alive says nothing new", get_with(alive), keeps({greeting()})},
      {"RFC 9110, 7.6.1", "an empty list", get_with("Connection:"), keeps({greeting()})},
      {"RFC 9110, 7.6.1", "a longer word", get_with("Connection: closed"), keeps({greeting()})},
      {"RFC 9110, 7.6.1", "two words", get_with("Connection: not close"), keeps({greeting()})},
      {"RFC 9110, 7.6.1", "quotes", get_with("Connection: \"close\""), keeps({greeting()})},
      {"RFC 9110, 7.6.1", "a field of another name", get_with("X-Connection: close"), keeps({greeting()})},
      {"RFC 9112, C.2.2", "Proxy-Connection is no field of HTTP", get_with("Proxy-Connection: close"),
       keeps({greeting()})},
      {"RFC 9110, 7.6.1", "an option that names Host takes nothing away", get_with("Connection: Host"),
       keeps({greeting()})},
      {"RFC 9110, 7.6.1", "one that names Content-Length does not shift the body",
       post_with("Connection: Content-Length\r\nContent-Length: 5", "hello"), keeps({problem(405)})},
      {"RFC 9110, 7.6.1", "one that names Transfer-Encoding neither",
       post_with("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n"),
       keeps({problem(405)})},

      // HTTP/1.0 ends unless the client says otherwise.
      {"RFC 9112, 9.3", "HTTP/1.0 ends", old("X: y"), closes({greeting()})},
      {"RFC 9112, 9.3", "what follows is not read", old("X: y") + get, closes({greeting()})},
      {"RFC 9112, 9.3", "keep-alive keeps it, and the answer says so", old(alive), keeps({kept})},
      {"RFC 9112, 9.3", "options in any case", old("connection: Keep-Alive"), keeps({kept})},
      {"RFC 9112, 9.3", "in a list", old("Connection: TE, keep-alive"), keeps({kept})},
      {"RFC 9112, 9.3", "on the second of two lines", old("Connection: TE\r\n" + alive), keeps({kept})},
      {"RFC 9112, 9.3", "close beats keep-alive", old("Connection: keep-alive, close"), closes({greeting()})},
      {"RFC 9112, 9.3", "a word that is no keep-alive", old("Connection: keep"), closes({greeting()})},
      {"RFC 9112, C.2.2", "Keep-Alive alone says nothing", old("Keep-Alive: timeout=5"), closes({greeting()})},
      {"RFC 9112, C.2.2", "nor does Proxy-Connection", old("Proxy-Connection: keep-alive"), closes({greeting()})},
      {"RFC 9112, 9.3", "each request says it anew", old(alive) + old("X: y"), closes({kept, greeting()})},
      {"RFC 9112, 9.3", "HTTP/1.1 after HTTP/1.0", old(alive) + get, keeps({kept, greeting()})},
      {"RFC 9112, 9.3", "HTTP/1.0 after HTTP/1.1", get + old("X: y"), closes({greeting(), greeting()})},
      {"RFC 9112, 9.3", "HEAD kept alive", old(alive, "HEAD /"), keeps({kept_alive(greeting_head())})},
      {"RFC 9112, 9.3", "another resource kept alive", old(alive, "GET /health"), keeps({kept_alive(health())})},
      {"RFC 9112, 9.3", "nothing kept alive", old(alive, "GET /nothing"), keeps({kept_alive(problem(404))})},
      {"RFC 9112, 9.3", "a method that is not there, kept alive",
       old(alive + "\r\nContent-Length: 5", "PUT /") + "hello", keeps({kept_alive(problem(405))})},
      {"RFC 9112, 9.6", "a refusal is not kept alive", old(alive + "\r\nX : y"), refused(400)},
  };
}

} // namespace greeter::test::rfc
