#include "kube/informer.hpp"

#include "kube/server.hpp"
#include "support/comes_true.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <set>

using namespace greeter;
using namespace greeter::kube;
using namespace greeter::test;

namespace {

// A collection with a history, as an API server has it: every change has a version, a watch tells of those after one.
class Things {
public:
  std::uint64_t change(const std::string& name, const std::string& type = "MODIFIED") {
    const std::lock_guard lock(mutex_);
    ++version_;
    const auto thing = object(name, std::to_string(version_));
    if (type == "DELETED") now_.erase(name);
    else now_[name] = thing;
    history_.push_back(event(type, thing));
    return version_;
  }

  void answer_list(Wire& wire) const {
    const std::lock_guard lock(mutex_);
    Json items = Json::array();
    for (const auto& [name, thing] : now_) items.push_back(thing);
    wire.send(
        answer(200, {{"metadata", {{"resourceVersion", std::to_string(version_)}}}, {"items", std::move(items)}}));
  }

  std::string since(std::uint64_t version) const {
    const std::lock_guard lock(mutex_);
    std::string events;
    for (auto i = version; i < history_.size(); ++i) events += chunk(history_[i]);
    return events;
  }

  std::set<std::string> names() const {
    const std::lock_guard lock(mutex_);
    std::set<std::string> names;
    for (const auto& [name, thing] : now_) names.insert(name);
    return names;
  }

private:
  mutable std::mutex mutex_;
  std::uint64_t version_ = 0; // as many as there are events
  std::map<std::string, Json> now_;
  std::vector<std::string> history_;
};

std::uint64_t version_in(const std::string& target) {
  return std::stoull(target.substr(target.find("resourceVersion=") + 16));
}

bool is_watch(const Asked& asked) { return asked.target.find("watch=true") != std::string::npos; }

// What an observer makes of it.
class Seen {
public:
  Observer observer() {
    return {.listed = [this](const List& list) { listed(list); },
            .changed = [this](const Event& event) { changed(event); },
            .availability = [this](const auto& error) { journal.add(error ? "away: " + error->message : "there"); }};
  }
  bool wait_for_version(std::uint64_t version) const {
    return comes_true([&] {
      const std::lock_guard lock(mutex_);
      return last_ >= version;
    });
  }
  std::set<std::string> names() const {
    const std::lock_guard lock(mutex_);
    return names_;
  }
  std::string faults() const {
    const std::lock_guard lock(mutex_);
    return faults_;
  }
  unsigned count(const std::string& begin) const {
    unsigned count = 0;
    for (const auto& line : journal.lines()) count += line.starts_with(begin);
    return count;
  }
  Journal journal;

private:
  void listed(const List& list) {
    const std::lock_guard lock(mutex_);
    names_.clear();
    for (const auto& item : list.items) names_.insert(item["metadata"]["name"].get<std::string>());
    last_ = std::stoull(list.version);
    journal.add("listed@" + list.version);
  }
  void changed(const Event& event) {
    const std::lock_guard lock(mutex_);
    const auto version = std::stoull(event.object["metadata"]["resourceVersion"].get<std::string>());
    if (event.kind == Event::Kind::bookmark) return journal.add("bookmark");
    if (version != last_ + 1) faults_ += fmt::format("{} after {}; ", version, last_);
    const auto name = event.object["metadata"]["name"].get<std::string>();
    if (event.kind == Event::Kind::deleted) names_.erase(name);
    else names_.insert(name);
    last_ = version;
    journal.add(fmt::format("{}@{}", name, version));
  }

  mutable std::mutex mutex_;
  std::set<std::string> names_;
  std::uint64_t last_ = 0;
  std::string faults_;
};

struct Trouble {
  std::string name;
  Reaction instead;   // of telling what comes after the version that a watch names
  bool lists = false; // is repaired by a list
};

const std::string an_event = event("ADDED", "x", "900");

const std::vector<Trouble>& troubles() {
  static const std::vector<Trouble> all{
      {"the connection is closed", says_and_closes("")},
      {"the connection is reset", says_and_resets("")},
      {"the watch ends at once", says(watch_head + "0\r\n\r\n")},
      {"the watch is cut", says_and_closes(watch_head)},
      {"the watch is reset", says_and_resets(watch_head)},
      {"half an event", says_and_closes(watch_head + chunk(an_event.substr(0, 20)))},
      {"half a chunk", says_and_closes(watch_head + "ff\r\n" + an_event.substr(0, 40))},
      {"a wrong chunk", says_and_closes(watch_head + "2\r\n" + an_event), true},
      {"410 at the start", says(answer(410, status_object(410, "too old"))), true},
      {"410 as an event", says(watch_head + chunk(event("ERROR", status_object(410, "too old")))), true},
      {"500 as an event", says(watch_head + chunk(event("ERROR", status_object(500, "etcd is away"))))},
      {"429", says(answer(429, status_object(429, "busy"), "Retry-After: 0\r\n"))},
      {"500", says(answer(500, status_object(500, "etcd is away")))},
      {"403", says(answer(403, status_object(403, "no")))},
      {"400", says(answer(400, status_object(400, "no such version"))), true},
      {"a page", says(answer_text(200, "<html>Sign in</html>\n")), true},
      {"no object", says(watch_head + chunk("[]\n")), true},
      {"an event without end", says_and_closes(watch_head + chunk(std::string(5U << 20U, 'a'))), true},
      {"silence", says_and_holds(watch_head)},
      {"silence before the head", says_and_holds("")},
      {"an event of before", says_and_closes(watch_head + chunk(event("ADDED", "a", "1")))},
  };
  return all;
}

} // namespace

TEST_CASE("an informer lists, then tells of every change") {
  Things things;
  things.change("a");
  const Server server([&](const Asked& asked, Wire& wire) {
    if (!is_watch(asked)) return things.answer_list(wire);
    const auto from = version_in(asked.target);
    if (from == 1) things.change("b", "ADDED"), things.change("a"), things.change("b", "DELETED");
    wire.send(watch_head + things.since(from));
    wire.hold();
  });
  Client client(server.access());
  Seen seen;
  const Informer informer(client, "/things", seen.observer());
  REQUIRE(seen.wait_for_version(4));
  CHECK(seen.journal.lines() == std::vector<std::string>{"listed@1", "there", "b@2", "a@3", "b@4"});
  CHECK(seen.names() == std::set<std::string>{"a"});
  const auto status = informer.status();
  CHECK(status.synced);
  CHECK(status.up);
  CHECK(status.lists == 1);
  CHECK(status.watches == 1);
  CHECK(status.events == 3);
}

TEST_CASE("an informer goes on after every trouble, and loses and repeats nothing") {
  for (const auto& trouble : troubles()) {
    CAPTURE(trouble.name);
    Things things;
    things.change("a");
    things.change("b");
    std::atomic<unsigned> watches = 0;
    const Server server([&](const Asked& asked, Wire& wire) {
      if (!is_watch(asked)) return things.answer_list(wire);
      const auto number = ++watches;
      if (number == 2 || number == 3) { // meanwhile, something happens
        things.change(number == 2 ? "c" : "b", number == 2 ? "ADDED" : "DELETED");
        return trouble.instead(wire);
      }
      if (number == 1) things.change("d", "ADDED");
      wire.send(watch_head + things.since(version_in(asked.target)));
      if (number == 1) return wire.close();
      wire.hold();
    });
    auto access = server.access();
    access.timeout = access.silence = std::chrono::milliseconds(1000);
    Client client(access);
    Seen seen;
    const Informer informer(client, "/things", seen.observer(), {}, std::chrono::milliseconds(200));
    REQUIRE(seen.wait_for_version(5));
    CHECK(seen.faults().empty());
    CHECK(seen.names() == things.names());
    CHECK((seen.count("listed") > 1) == trouble.lists);
    CHECK(comes_true([&] { return informer.status().up; }));
  }
}

TEST_CASE("an informer hands on the pieces of a list as they come, and says which are void") {
  Journal journal;
  const auto piece = [](const std::string& name, const std::string& next) {
    return answer(200, {{"metadata", {{"resourceVersion", "9"}, {"continue", next}}}, {"items", {object(name, "1")}}});
  };
  std::atomic<unsigned> lists = 0;
  const Server server([&](const Asked& asked, Wire& wire) {
    if (is_watch(asked)) return wire.hold();
    switch (++lists) {
    case 1:
    case 3: wire.send(piece("a", "x")); break;
    case 2: // not before the first one was handed on
      REQUIRE(journal.wait_for("first: a"));
      wire.send(answer(410, status_object(410, "too old")));
      break;
    default: wire.send(piece("b", ""));
    }
  });
  Client client(server.access());
  const Informer informer(
      client, "/things",
      {.listed = [&](const List& list) { journal.add(fmt::format("{}@{}", list.items.size(), list.version)); },
       .changed = [](const Event&) {},
       .piece =
           [&](std::vector<Json>&& items, bool is_first) {
             journal.add((is_first ? "first: " : "next: ") + items.at(0)["metadata"]["name"].get<std::string>());
           }});
  REQUIRE(journal.wait_for("0@9"));
  CHECK(journal.lines() == std::vector<std::string>{"first: a", "first: a", "next: b", "0@9"});
}

TEST_CASE("an informer tells of a bookmark, and goes on from there") {
  std::atomic<unsigned> watches = 0;
  const Server server([&](const Asked& asked, Wire& wire) {
    if (!is_watch(asked))
      return void(wire.send(answer(200, {{"metadata", {{"resourceVersion", "1"}}}, {"items", Json::array()}})));
    if (++watches == 1)
      return says_and_closes(watch_head + chunk(event("BOOKMARK", {{"metadata", {{"resourceVersion", "99"}}}})))(wire);
    wire.hold();
  });
  Client client(server.access());
  Seen seen;
  const Informer informer(client, "/things", seen.observer());
  REQUIRE(seen.journal.wait_for("bookmark"));
  REQUIRE(server.wait_until_asked(3));
  CHECK(version_in(server.asked()[2].target) == 99);
}

TEST_CASE("an informer says once that the server is away, and once that it is there again") {
  std::atomic<bool> is_up = false;
  const Server server([&](const Asked& asked, Wire& wire) {
    if (!is_up) return void(wire.send(answer(403, status_object(403, "you may not list things"))));
    if (!is_watch(asked))
      return void(wire.send(answer(200, {{"metadata", {{"resourceVersion", "1"}}}, {"items", Json::array()}})));
    wire.send(watch_head);
    wire.hold();
  });
  Client client(server.access());
  Seen seen;
  const Informer informer(client, "/things", seen.observer(), {}, std::chrono::milliseconds(50));
  REQUIRE(seen.journal.wait_for("away: you may not list things"));
  REQUIRE(server.wait_until_asked(4));
  CHECK_FALSE(informer.status().synced);
  CHECK_FALSE(informer.status().up);
  is_up = true;
  REQUIRE(seen.journal.wait_for("there"));
  CHECK(seen.journal.lines() == std::vector<std::string>{"away: you may not list things", "listed@1", "there"});
}

TEST_CASE("an informer that is told always the same does not hurry") {
  const Server server([&](const Asked& asked, Wire& wire) {
    if (is_watch(asked)) return void(wire.send(answer(410, status_object(410, "too old"))));
    wire.send(answer(200, {{"metadata", {{"resourceVersion", "1"}}}, {"items", Json::array()}}));
  });
  Client client(server.access());
  Journal journal;
  const auto begin = std::chrono::steady_clock::now();
  const Informer informer(client, "/things",
                          {.listed = [&](const List&) { journal.add("listed"); }, .changed = [](const Event&) {}});
  REQUIRE(journal.wait_for([](const auto& lines) { return lines.size() == 4; }));
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(50 + 100 + 200));
}

TEST_CASE("an informer ends at once, whatever it waits for") {
  for (const auto& reaction :
       {says_and_holds(""), says_and_holds(watch_head), says(answer(403, status_object(403, "no"))),
        says(answer(503, status_object(503, "no"), "Retry-After: 15\r\n"))}) {
    Journal journal;
    const Server server([&](const Asked&, Wire& wire) {
      journal.add("asked");
      reaction(wire);
    });
    Client client(server.access());
    auto informer = std::make_unique<Informer>(client, "/things",
                                               Observer{.listed = [](const List&) {}, .changed = [](const Event&) {}});
    REQUIRE(journal.wait_for("asked"));
    const auto begin = std::chrono::steady_clock::now();
    informer.reset();
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
  }
}
