#include "http/ready_response.hpp"

#include <doctest/doctest.h>

using namespace greeter;

namespace {

constexpr auto date = "Sun, 06 Nov 1994 08:49:37 GMT";

} // namespace

TEST_CASE("a ready response gets its date when it is sent") {
  const ReadyResponse response(200, "Content-Type: text/plain\r\n", "Moin!", Persistence::stays);
  std::string out = "before";
  response.append_to(out, date);
  const std::string head = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\n"
                           "Content-Length: 5\r\n\r\n";
  CHECK(out == "before" + head + "Moin!");
  out.clear();
  response.append_head_to(out, date);
  CHECK(out == head);
}

TEST_CASE("a response without a body has no length") {
  std::string out;
  ReadyResponse(304, "", "", Persistence::ends).append_to(out, date);
  CHECK(out == "HTTP/1.1 304 Not Modified\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: close\r\n\r\n");
}

TEST_CASE("only who has to be told hears of the connection") {
  CHECK(connection_field(Persistence::stays).empty());
  CHECK(connection_field(Persistence::stays_as_if) == "Connection: keep-alive\r\n");
  CHECK(connection_field(Persistence::ends) == "Connection: close\r\n");
}
