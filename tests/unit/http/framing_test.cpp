#include "http/framing.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace greeter;
using namespace std::literals;

namespace {

const FrameLimits limits{.head = 1024, .body = 100, .target = 256, .headers = 8};

constexpr auto get = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

std::string with(std::string_view lines) {
  return "GET / HTTP/1.1\r\nHost: a.example\r\n" + std::string(lines) + "\r\n\r\n";
}
std::string post(std::string_view lines, std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: a.example\r\n" + std::string(lines) + "\r\n\r\n" + std::string(body);
}

} // namespace

TEST_CASE("a request says what it is") {
  const auto frame = next_frame("HEAD /a?b HTTP/1.1\r\nHost: A.example:80\r\nX: 1\r\n\r\nGET", limits);
  CHECK(frame.error == 0);
  CHECK(frame.size == 48);
  CHECK(frame.method == "HEAD");
  CHECK(frame.path == "/a");
  CHECK(frame.query == "?b");
  CHECK(frame.host == "A.example:80");
  CHECK(frame.headers == "Host: A.example:80\r\nX: 1\r\n");
  CHECK_FALSE(frame.close);
}

TEST_CASE("requests are framed whole, at whatever byte they are cut") {
  const std::string requests[] = {
      get,
      "\r\n"s + get,
      with("Connection: close"),
      post("Content-Length: 5", "hello"),
      post("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n"),
      post("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\nTrailer: x\r\nY:\r\n\r\n"),
      post("Transfer-Encoding: chunked", "a;x=y\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"),
      "GET / HTTP/1.0\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n"};
  for (const auto& request : requests) {
    CAPTURE(request);
    BodyProgress progress;
    for (std::size_t cut = 0; cut < request.size(); ++cut) {
      const auto part = next_frame(std::string_view(request).substr(0, cut), limits, progress);
      CAPTURE(cut);
      CHECK(part.size == 0);
      CHECK(part.error == 0);
    }
    CHECK(next_frame(request, limits, progress).size == request.size());
    CHECK(next_frame(request, limits).size == request.size());
    CHECK(next_frame(request + get, limits).size == request.size());
  }
}

TEST_CASE("whatever two parsers could read differently is refused") {
  const std::pair<std::string, int> cases[] = {
      // request line, RFC 9112 3
      {"GET /\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1x\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/11\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"FETCH / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"get / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      // target, RFC 9112 3.2
      {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      // headers, RFC 9112 5
      {with("A : b"), 400},
      {with(" folded"), 400},
      {with("A: b\r\n\tfolded"), 400},
      {with("no colon"), 400},
      {with(": empty"), 400},
      {with("A: b\rc"), 400},
      {with("A: b\nC: d"), 400},
      {with("A: "s + '\0'), 400},
      {with("A\xe4: b"), 400},
      {"GET / HTTP/1.1\nHost: a\n\n", 400},
      {"\n\n", 400},
      {"\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", 400},
      // host, RFC 9112 3.2
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {with("Host: b"), 400},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a%4\r\n\r\n", 400},
      // body length, RFC 9112 6
      {post("Content-Length: 5\r\nContent-Length: 5", "hello"), 400},
      {post("Content-Length: 5, 5", "hello"), 400},
      {post("Content-Length: +5", "hello"), 400},
      {post("Content-Length: -5", "hello"), 400},
      {post("Content-Length: 0x5", "hello"), 400},
      {post("Content-Length: %35", "hello"), 400},
      {post("Content-Length:", "hello"), 400},
      {post("Content-Length: 99999999999999999999", ""), 400},
      {post("Content-Length: 101", ""), 413},
      {post("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {post("Transfer-Encoding: gzip", ""), 400},
      {post("Transfer-Encoding:", ""), 400},
      {post("Transfer-Encoding: chunked, gzip", ""), 400},
      {post("Transfer-Encoding: gzip, chunked", ""), 501},
      {post("Transfer-Encoding: chunked, chunked", ""), 400},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", ""), 400},
      {post("Transfer-Encoding: %63hunked", ""), 400},
      {post("Transfer-Encoding: xchunked", ""), 400},
      // chunks, RFC 9112 7.1
      {post("Transfer-Encoding: chunked", "x\r\n"), 400},
      {post("Transfer-Encoding: chunked", "-1\r\n"), 400},
      {post("Transfer-Encoding: chunked", "0x1\r\na\r\n0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked", "1 \r\na\r\n0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked", "1\r\nab\r\n0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked", "0\r\nTrailer : x\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked", "0\r\nTrailer: x\n\r\n"), 400},
      {post("Transfer-Encoding: chunked", "1;"s + std::string(80, 'x')), 400},
      {post("Transfer-Encoding: chunked", "65\r\n"), 413},
      {post("Transfer-Encoding: chunked", "ffffffffffffffff\r\n"), 413},
      {post("Transfer-Encoding: chunked", "fffffffffffffffff\r\n"), 400},
      // expectations, RFC 9110 10.1.1
      {with("Expect: miracles"), 417},
      // what will never become a request is refused before it is complete
      {"GET /\r\n", 400},
      {"\x16\x03\x01\x02", 400},
      {"FETCH / HTTP/1.1\r\n", 501},
  };
  for (const auto& [request, status] : cases) {
    CAPTURE(request);
    const auto frame = next_frame(request, limits);
    CHECK(frame.error == status);
  }
}

TEST_CASE("what is longer than the limits is refused, complete or not") {
  const std::string long_text(2000, 'a');
  CHECK(next_frame("GET /" + long_text, limits).error == 414);
  CHECK(next_frame("GET /" + long_text.substr(0, 300) + " HTTP/1.1\r\nHost: a\r\n\r\n", limits).error == 414);
  CHECK(next_frame(with("A: " + long_text), limits).error == 431);
  CHECK(next_frame("GET / HTTP/1.1\r\nA: " + long_text, limits).error == 431);
  CHECK(next_frame("GET /" + long_text, limits).limit == Limit::target_bytes);
  CHECK(next_frame(with("A: " + long_text), limits).limit == Limit::head_bytes);
  std::string many;
  for (int i = 0; i < 7; ++i) many += (i ? "\r\nA: " : "A: ") + std::to_string(i);
  CHECK(next_frame(with(many), limits).error == 0);
  CHECK(next_frame(with(many + "\r\nA: 8"), limits).error == 431);
  CHECK(next_frame(with(many + "\r\nA: 8"), limits).limit == Limit::headers);
  CHECK(next_frame(post("Transfer-Encoding: chunked", "0\r\n" + many + "\r\n\r\n"), limits).error == 0);
  CHECK(next_frame(post("Transfer-Encoding: chunked", "0\r\n" + many + "\r\nA: 8\r\nA: 9\r\n\r\n"), limits).error ==
        431);
  CHECK(next_frame(post("Transfer-Encoding: chunked", "0\r\nA: " + long_text), limits).error == 431);
}

TEST_CASE("a body is what was sent, without what chunks add") {
  const auto body = [](const std::string& request) {
    const auto frame = next_frame(request, limits);
    REQUIRE(frame.size == request.size());
    return body_of(frame);
  };
  CHECK(body("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == "");
  CHECK(body(post("Content-Length: 5", "hello")) == "hello");
  CHECK(body(post("Transfer-Encoding: chunked", "0\r\n\r\n")) == "");
  CHECK(body(post("Transfer-Encoding: chunked", "5;x=y\r\nhello\r\n00a\r\n, world!\r\n\r\n0\r\nTrailer: x\r\n\r\n")) ==
        "hello, world!\r\n");
}

TEST_CASE("a field is found in any case, and its lines are joined") {
  const auto request = with("Accept: a\r\nX: y\r\naCCEPT:  b,c");
  const auto frame = next_frame(request, limits);
  CHECK(field(frame.headers, "accept") == "a, b,c");
  CHECK(field(frame.headers, "x") == "y");
  CHECK_FALSE(field(frame.headers, "z"));
}

TEST_CASE("a body in very many chunks is refused: its framing would cost more than it holds") {
  const FrameLimits roomy{.head = 1024, .body = 65'536, .target = 256, .headers = 8};
  std::string chunks;
  for (int i = 0; i < 1030; ++i) chunks += "1\r\na\r\n";
  CHECK(next_frame(post("Transfer-Encoding: chunked", chunks + "0\r\n\r\n"), roomy).error == 0);
  for (int i = 0; i < 20; ++i) chunks += "1\r\na\r\n";
  CHECK(next_frame(post("Transfer-Encoding: chunked", chunks + "0\r\n\r\n"), roomy).error == 413);
}

TEST_CASE("a target in absolute-form brings its host (RFC 9112 3.2.2)") {
  const auto frame = next_frame("GET http://c.example:8080/a?b HTTP/1.1\r\nHost: a.example\r\n\r\n", limits);
  CHECK(frame.error == 0);
  CHECK(frame.host == "c.example:8080");
  CHECK(frame.path == "/a");
  CHECK(frame.query == "?b");
  CHECK(next_frame("GET HTTP://c.example HTTP/1.1\r\nHost: a.example\r\n\r\n", limits).path == "/");
  const auto bare = next_frame("GET http://c.example?b HTTP/1.1\r\nHost: a.example\r\n\r\n", limits);
  CHECK(bare.path == "/");
  CHECK(bare.query == "?b");
}

TEST_CASE("the end of a connection is the client's word, or HTTP/1.0 (RFC 9112 9.3)") {
  CHECK(next_frame(with("Connection: Keep-Alive, CLOSE"), limits).close);
  CHECK(next_frame(with("Connection: upgrade\r\nConnection: close"), limits).close);
  CHECK_FALSE(next_frame(with("Connection: closed"), limits).close);
  CHECK(next_frame("GET / HTTP/1.0\r\n\r\n", limits).close);
  CHECK_FALSE(next_frame("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", limits).close);
  CHECK(next_frame("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", limits).close);
}

TEST_CASE("100-continue is wanted only before the body has begun (RFC 9110 10.1.1)") {
  const auto head = post("Content-Length: 5\r\nExpect: 100-Continue", "");
  CHECK(next_frame(head, limits).wants_continue);
  CHECK_FALSE(next_frame(head + "hell", limits).wants_continue);
  CHECK_FALSE(next_frame(head + "hello", limits).wants_continue);
  CHECK_FALSE(
      next_frame("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", limits).wants_continue);
}

TEST_CASE("headers are read one by one") {
  auto headers = "A:  b \r\nEmpty:\r\n"sv;
  const auto first = next_header(headers);
  CHECK(first.name == "A");
  CHECK(first.value == "b");
  const auto second = next_header(headers);
  CHECK(second.name == "Empty");
  CHECK(second.value.empty());
  CHECK(headers.empty());
}
