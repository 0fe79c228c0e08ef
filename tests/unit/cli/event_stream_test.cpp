#include "cli/event_stream.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace greeter;

namespace {

using Events = std::vector<std::string>; // "id type data"

Events events_of(std::string_view wire, std::size_t cut) {
  EventStream stream;
  Events events;
  const auto sink = [&](const ServerEvent& event) {
    events.push_back(event.id + " " + event.type + " " + event.data);
    return true;
  };
  for (std::size_t at = 0; at < wire.size(); at += cut) CHECK(stream.feed(wire.substr(at, cut), sink));
  return events;
}

} // namespace

TEST_CASE("a stream makes the same events however it is cut") {
  constexpr auto wire =
      "\xef\xbb\xbf: connected\n\nid: 7\nevent: put\ndata: {\"a\":1}\n\n: alive\n\ndata:x\ndata\ndata: z\r\n\r\n"
      "event: delete\rid: 9\rdata: y\r\revent: lost\n\nid: 10\n\ndata: end\n\ndata: unfinished\n";
  const Events expected{"7 put {\"a\":1}", "7 message x\n\nz", "9 delete y", "10 message end"};
  for (const std::size_t cut : {1, 2, 3, 5, 1000}) {
    CAPTURE(cut);
    CHECK(events_of(wire, cut) == expected);
  }
}

TEST_CASE("a connection that breaks off leaves no half event, and keeps the place") {
  EventStream stream;
  std::string last;
  const auto sink = [&](const ServerEvent& event) {
    last = event.data;
    return true;
  };
  stream.feed("retry: 250\nid: 3\ndata: whole\n\ndata: half", sink);
  stream.restart();
  stream.feed("data: next\n\n", sink);
  CHECK(last == "next");
  CHECK(stream.last_id() == "3");
  CHECK(stream.retry_ms() == 250);
}

TEST_CASE("a sink that has enough gets no more") {
  EventStream stream;
  int seen = 0;
  const auto sink = [&](const ServerEvent&) { return ++seen < 2; };
  CHECK_FALSE(stream.feed("data: a\n\ndata: b\n\ndata: c\n\n", sink));
  CHECK(seen == 2);
}
