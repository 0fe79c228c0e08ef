#include "kube/client.hpp"
#include "kube/server.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

using namespace greeter;
using namespace greeter::kube;
using namespace greeter::test;

namespace {

std::string line_of(const Event& event) {
  static constexpr std::array names{"added", "modified", "deleted", "bookmark"};
  const auto& metadata = event.object["metadata"];
  return fmt::format("{} {}@{}", names.at(static_cast<std::size_t>(event.kind)), metadata.value("name", ""),
                     metadata["resourceVersion"].get<std::string>());
}

struct Watched {
  std::vector<std::string> events;
  Result<WatchEnd> end;

  bool ended_as(WatchEnd expected) const { return end && end.value() == expected; }
  std::optional<ErrorCode> code() const { return end ? std::nullopt : std::optional(end.error().code); }
};

Watched watch(const kube::Access& access) {
  Client client(access);
  Watched watched{.events = {}, .end = WatchEnd::ended};
  watched.end = client.watch("/things", "5", [&](const Event& event) { watched.events.push_back(line_of(event)); }, {});
  return watched;
}

Watched watch(Reaction reaction) {
  const Server server(in_turn({std::move(reaction)}));
  return watch(server.access());
}

// After one good event.
Watched watch_then(const std::string& bytes) {
  return watch(says_and_closes(watch_head + chunk(event("ADDED", "a", "6")) + bytes));
}

const std::string end_of_body = "0\r\n\r\n";

} // namespace

TEST_CASE("a watch tells of events in their order, until the server ends it") {
  const auto text = event("ADDED", "a", "6") + event("MODIFIED", "a", "7") + event("DELETED", "a", "8") +
                    event("BOOKMARK", {{"metadata", {{"resourceVersion", "9"}}}}) + event("ADDED", "b", "10");
  const std::vector<std::string> all{"added a@6", "modified a@7", "deleted a@8", "bookmark @9", "added b@10"};
  SUBCASE("at once") {
    const auto watched = watch(says(watch_head + chunk(text) + end_of_body));
    CHECK(watched.ended_as(WatchEnd::ended));
    CHECK(watched.events == all);
  }
  SUBCASE("byte by byte") {
    std::string body = watch_head;
    for (const auto& byte : text) body += chunk({&byte, 1});
    body += end_of_body;
    const auto watched = watch([&](Wire& wire) {
      for (const auto& byte : body) wire.send({&byte, 1});
    });
    CHECK(watched.ended_as(WatchEnd::ended));
    CHECK(watched.events == all);
  }
}

TEST_CASE("a watch asks for what comes after a version, with labels and bookmarks") {
  const Server server(in_turn({says(watch_head + end_of_body)}));
  Client client(server.access());
  bool is_open = false;
  CHECK(client.watch(
      "/things", "5", [](const Event&) {}, {}, {.labels = "a=b", .metadata_only = true}, [&] { is_open = true; }));
  CHECK(is_open);
  CHECK(server.asked()[0].target ==
        "/things?watch=true&allowWatchBookmarks=true&resourceVersion=5&labelSelector=a%3Db");
  CHECK(server.asked()[0].has("Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"));
}

TEST_CASE("a watch that breaks off has ended, and half an event is none") {
  const auto half = chunk(event("ADDED", "b", "7").substr(0, 30));
  for (const auto& rest : {std::string(), std::string("20\r\n{"), half, half + end_of_body}) {
    for (const bool is_reset : {false, true}) {
      const auto text = watch_head + chunk(event("ADDED", "a", "6")) + rest;
      std::atomic<bool> seen = false; // a reset would take what was not read yet
      const Server server([&](const Asked&, Wire& wire) {
        wire.send(text);
        while (is_reset && !seen) std::this_thread::yield();
        if (is_reset) wire.reset();
        else wire.close();
      });
      Client client(server.access());
      std::vector<std::string> events;
      const auto end = client.watch("/things", "5",
                                    [&](const Event& event) {
                                      events.push_back(line_of(event));
                                      seen = true;
                                    },
                                    {});
      REQUIRE(end);
      CHECK(end.value() == WatchEnd::ended);
      CHECK(events == std::vector<std::string>{"added a@6"});
    }
  }
}

TEST_CASE("a version that the server no longer knows") {
  SUBCASE("at the start") {
    CHECK(watch(says(answer(410, status_object(410, "too old")))).ended_as(WatchEnd::expired));
  }
  SUBCASE("as the first event") {
    CHECK(watch(says(watch_head + chunk(event("ERROR", status_object(410, "too old"))))).ended_as(WatchEnd::expired));
  }
  SUBCASE("in the middle") {
    const auto watched = watch_then(chunk(event("ERROR", status_object(410, "too old"))));
    CHECK(watched.ended_as(WatchEnd::expired));
    CHECK(watched.events.size() == 1);
  }
}

TEST_CASE("an error in the middle of a watch is the server's") {
  const auto watched = watch_then(chunk(event("ERROR", status_object(500, "etcd is away"))));
  CHECK(watched.code() == ErrorCode::unavailable);
  CHECK(watched.end.error().message == "etcd is away");
  CHECK(watch_then(chunk(event("ERROR", {{"kind", "Status"}}))).code() == ErrorCode::internal);
}

TEST_CASE("what is no event ends a watch as an error of the server's") {
  for (const auto& line : std::vector<std::string>{"<html>\n", "[]\n", "\n", "{}\n",
                                                   R"({"type":"ADDED"})"
                                                   "\n",
                                                   event("ADDED", Json::array()), event("ADDED", Json::object()),
                                                   event("ADDED", {{"metadata", {{"resourceVersion", 7}}}}),
                                                   event("ADDED", {{"metadata", 7}}), event("INVENTED", "a", "7")}) {
    CAPTURE(line);
    const auto watched = watch_then(chunk(line));
    CHECK(watched.code() == ErrorCode::internal);
    CHECK(watched.events.size() == 1);
  }
  CHECK(watch_then("zz\r\n").code() == ErrorCode::internal);
  CHECK(watch(says(answer_text(200, "<html>Sign in</html>\n"))).code() == ErrorCode::internal);
}

TEST_CASE("an event that does not end is not kept") {
  const auto piece = chunk(std::string(1U << 18U, 'a'));
  const auto watched = watch([&](Wire& wire) {
    wire.send(watch_head);
    for (unsigned i = 0; i < 20; ++i) wire.send(piece);
    wire.hold();
  });
  CHECK(watched.code() == ErrorCode::internal);
}

TEST_CASE("an event may be large") {
  auto large = object("a", "6");
  large["spec"] = std::string(3U << 20U, 'a');
  CHECK(watch(says(watch_head + chunk(event("ADDED", large)) + end_of_body)).events.size() == 1);
}

TEST_CASE("a watch that is silent for too long has ended, though bytes may trickle in") {
  for (const bool trickles : {false, true}) {
    const Server server([&](const Asked&, Wire& wire) {
      wire.send(watch_head + chunk(event("ADDED", "a", "6")));
      const Interrupt never;
      for (unsigned i = 0; trickles && i < 200; ++i) {
        if (!wire.send(chunk(" "))) return;
        never.wait(std::chrono::milliseconds(20));
      }
      wire.hold();
    });
    auto access = server.access();
    access.silence = std::chrono::milliseconds(300);
    const auto begin = std::chrono::steady_clock::now();
    CHECK(watch(access).ended_as(WatchEnd::ended));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3));
  }
}

TEST_CASE("a watch is asked for again where the server is busy, not where it refuses") {
  const auto after = [](Reaction reaction) {
    const Server server(in_turn({std::move(reaction), says(watch_head + end_of_body)}));
    return watch(server.access()).code();
  };
  CHECK(after(says(answer(429, status_object(429, "busy"), "Retry-After: 1\r\n"))) == std::nullopt);
  CHECK(after(says(answer(500, status_object(500, "etcd is away")))) == std::nullopt);
  CHECK(after(says_and_resets("")) == std::nullopt);
  CHECK(after(says(answer(403, status_object(403, "no")))) == ErrorCode::unavailable);
}

// The best of a few: the machine may be busy, which is nothing that a timeout of 20 s could be taken for.
TEST_CASE("a watch that is to stop does so at once, wherever it stands") {
  const std::array<std::pair<const char*, Reaction>, 3> places{
      {{"waiting for the head", says_and_holds("")},
       {"waiting for an event", says_and_holds(watch_head)},
       {"between two attempts", says(answer(429, status_object(429, "busy"), "Retry-After: 15\r\n"))}}};
  for (const auto& [place, reaction] : places) {
    CAPTURE(place);
    auto best = std::chrono::milliseconds::max();
    for (unsigned round = 0; round < 5 && best > std::chrono::milliseconds(100); ++round) {
      Journal journal;
      const Server server([&](const Asked&, Wire& wire) {
        journal.add("asked");
        reaction(wire);
      });
      Client client(server.access());
      std::stop_source stop;
      std::optional<Result<WatchEnd>> end;
      std::jthread watcher([&] { end = client.watch("/things", "5", [](const Event&) {}, stop.get_token()); });
      REQUIRE(journal.wait_for("asked"));
      const auto begin = std::chrono::steady_clock::now();
      stop.request_stop();
      watcher.join();
      best = std::min(best, std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin));
      REQUIRE(end->operator bool());
      CHECK(end->value() == WatchEnd::stopped);
    }
    CHECK(best <= std::chrono::milliseconds(100));
  }
}

TEST_CASE("a watch that was stopped before does not begin") {
  const Server server(in_turn({says_and_holds("")}));
  Client client(server.access());
  std::stop_source stop;
  stop.request_stop();
  const auto end = client.watch("/things", "5", [](const Event&) {}, stop.get_token());
  REQUIRE(end);
  CHECK(end.value() == WatchEnd::stopped);
  CHECK(server.asked().empty());
}

TEST_CASE("whoever is told of an event may stop the watch") {
  const Server server(
      in_turn({says(watch_head + chunk(event("ADDED", "a", "6") + event("ADDED", "b", "7")) + end_of_body)}));
  Client client(server.access());
  std::stop_source stop;
  unsigned events = 0;
  const auto end = client.watch(
      "/things", "5",
      [&](const Event&) {
        ++events;
        stop.request_stop();
      },
      stop.get_token());
  REQUIRE(end);
  CHECK(end.value() == WatchEnd::stopped);
  CHECK(events == 1);
}
