#include "http/request_ids.hpp"

#include <doctest/doctest.h>

#include <set>
#include <thread>
#include <vector>

using namespace greeter;
using namespace std::literals;

namespace {

const auto trace = "4bf92f3577b34da6a3ce929d0e0e4736"s, parent = "00f067aa0ba902b7"s;
const auto traceparent = "00-" + trace + "-" + parent + "-01";

bool is_new(const std::string& id) {
  return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == std::string::npos && id != trace;
}

std::string line(std::string_view name, std::string_view value) {
  return std::string(name) + ": " + std::string(value) + "\r\n";
}

} // namespace

TEST_CASE("the trace id of a well-formed traceparent") {
  for (const auto& value : {
           traceparent,
           "00-" + trace + "-" + parent + "-00",
           "00-" + trace + "-" + parent + "-ff", // bits that have no meaning yet
           "01-" + trace + "-" + parent + "-01", // a later version
           "fe-" + trace + "-" + parent + "-01",
           "cc-" + trace + "-" + parent + "-01-what-the-future-will-be-like",
           "cc-" + trace + "-" + parent + "-01-",
       }) {
    CAPTURE(value);
    CHECK(trace_id_in(value) == trace);
  }
}

TEST_CASE("a malformed traceparent has none") {
  for (const auto& value : {
           ""s,
           "00"s,
           trace,
           traceparent.substr(0, 54),
           traceparent + "1",
           traceparent + "-", // this version has four parts
           traceparent + "-what-the-future-is-like",
           "cc-" + trace + "-" + parent + "-01.x", // a later version goes on with a dash
           "cc-" + trace + "-" + parent + "-012",
           "ff-" + trace + "-" + parent + "-01", // never a version
           "0-" + trace + "-" + parent + "-011",
           "0x-" + trace + "-" + parent + "-01",
           "00-" + std::string(32, '0') + "-" + parent + "-01",
           "00-" + trace + "-" + std::string(16, '0') + "-01",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + parent + "-01",
           "00-" + trace + "-00F067AA0BA902B7-01",
           "00-" + trace + "-" + parent + "-0A",
           "00-" + trace + "-" + parent + "-0x",
           "00-" + trace.substr(1) + ".-" + parent + "-01",
           "00_" + trace + "_" + parent + "_01",
           "00-" + trace + "-" + parent + "_01",
           " " + traceparent.substr(0, 54),
           "00--" + trace + parent + "-01-",
       }) {
    CAPTURE(value);
    CHECK(trace_id_in(value).empty());
  }
}

TEST_CASE("a client's own ids are kept") {
  const auto ids = ids_in(line("Host", "a") + line("x-REQUEST-id", "a-Z.9_~:/+=") + line("TraceParent", traceparent));
  CHECK(ids.request == "a-Z.9_~:/+=");
  CHECK(ids.trace == trace);
  CHECK(ids_in(line("X-Request-Id", std::string(128, 'x'))).request == std::string(128, 'x'));
  CHECK(request_id_field(ids) == "X-Request-Id: a-Z.9_~:/+=\r\n");
}

TEST_CASE("what is not well-formed, or there twice, is as if it were absent") {
  for (const auto& value :
       {""s, std::string(129, 'x'), "a b"s, "a,b"s, "a\"b"s, "{}"s, "a\tb"s, "caf\xc3\xa9"s, "<a>"s})
    CHECK_MESSAGE(is_new(ids_in(line("X-Request-Id", value)).request), value);
  CHECK(is_new(ids_in(line("X-Request-Id", "one") + line("X-Request-Id", "two")).request));
  CHECK(is_new(ids_in(line("X-Request-Id", "one") + line("X-Request-Id", "")).request));
  CHECK(is_new(ids_in(line("traceparent", traceparent) + line("traceparent", traceparent)).trace));
  CHECK(is_new(ids_in(line("traceparent", traceparent.substr(1))).trace));
  CHECK(is_new(ids_in(line("tracestate", "a=b")).trace));
  const auto none = ids_in("");
  CHECK(is_new(none.request));
  CHECK(is_new(none.trace));
  CHECK(none.request != none.trace);
}

TEST_CASE("no two new ids are the same, whichever thread makes them") {
  constexpr std::size_t each = 2'000;
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  for (auto& own : made)
    threads.emplace_back([&own] {
      for (std::size_t i = 0; i < each; i += 2) {
        const auto ids = new_ids();
        own.insert(own.end(), {ids.request, ids.trace});
      }
    });
  for (auto& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& own : made) all.insert(own.begin(), own.end());
  CHECK(all.size() == each * made.size());
}
