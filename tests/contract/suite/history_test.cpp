// The log of changes, and who is told of them.
#include "contract/suite/backends.hpp"

using namespace greeter;
using namespace greeter::test;

namespace {

Store::History after(Tested& store, const std::string& customer, std::uint64_t sequence, std::size_t most = 1000) {
  auto history = store->changes_after(customer, sequence, most);
  REQUIRE_MESSAGE(history, history.error().message);
  return std::move(history.value());
}

std::string told(std::span<const Change> changes) {
  std::string text;
  for (const auto& change : changes)
    text += (change.kind == Write::Kind::put ? "+" : "-") + change.customer + "/" + change.greeting.id + "=" +
            change.greeting.text + " ";
  return text;
}

constexpr std::size_t few = 10;

} // namespace

TEST_CASE("the log has a customer's changes in their order, as they were answered") {
  on_every_backend([](Tested& store) {
    store.all();
    const auto start = store->load().value().sequence;
    const auto first = store.must(put("a", "x", "1"));
    store.must(put("b", "x", "of b"));
    const auto second = store.must(put("a", "x", "2"));
    const auto gone = store.must(erase("a", "x"));
    const auto history = after(store, "a", start);
    CHECK(history.complete);
    CHECK(told(history.changes) == "+a/x=1 +a/x=2 -a/x=2 ");
    REQUIRE(history.changes.size() == 3);
    CHECK(history.changes[0].greeting == first.greeting);
    CHECK(history.changes[1].greeting == second.greeting);
    CHECK(history.changes[2].greeting == gone.greeting);
    CHECK(history.changes[2].sequence == gone.sequence);
    CHECK(told(after(store, "a", second.sequence).changes) == "-a/x=2 ");
    CHECK(after(store, "a", gone.sequence).changes.empty());
    CHECK(after(store, "a", gone.sequence).complete);
    CHECK(after(store, "nobody", start).changes.empty());
  });
}

TEST_CASE("the log is read in pieces") {
  on_every_backend([](Tested& store) {
    auto at = store->load().value().sequence;
    std::string all;
    for (int i = 0; i < 25; ++i) {
      store.must(put("a", "g", std::to_string(i)));
      store.must(put("b", "g", std::to_string(i)));
      all += "+a/g=" + std::to_string(i) + " ";
    }
    std::string read;
    for (;;) {
      const auto piece = after(store, "a", at, 7);
      CHECK(piece.complete);
      if (piece.changes.empty()) break;
      CHECK(piece.changes.size() <= 7);
      read += told(piece.changes);
      at = piece.changes.back().sequence;
    }
    CHECK(read == all);
    CHECK(after(store, "a", 0, 0).changes.empty());
  });
}

TEST_CASE("a sequence that the store has not reached is of another store, and so nothing to go on from") {
  on_every_backend([](Tested& store) {
    const auto change = store.must(put("a", "x", "1"));
    CHECK_FALSE(after(store, "a", change.sequence + 1).complete);
    CHECK_FALSE(after(store, "a", UINT64_MAX).complete);
    CHECK(after(store, "a", UINT64_MAX).changes.empty());
  });
}

TEST_CASE("a log that grew too long forgets its oldest changes, and says so") {
  on_every_backend(
      [](Tested& store) {
        std::uint64_t last = 0;
        for (int i = 0; i < 1000; ++i) last = store.must(put("a", "g", std::to_string(i))).sequence;
        CHECK_FALSE(after(store, "a", 0).complete);
        CHECK_FALSE(after(store, "a", 1).complete);
        CHECK(after(store, "a", last).complete);
        const auto recent = after(store, "a", last - 1);
        CHECK(recent.complete);
        CHECK(told(recent.changes) == "+a/g=999 ");
        // Somewhere between the log begins: from there on it has everything.
        auto from = last;
        while (from > 0 && after(store, "a", from - 1).complete) --from;
        CHECK(from > 0);
        CHECK(last - from >= few);
        const auto kept = after(store, "a", from);
        CHECK(kept.changes.size() == last - from);
        CHECK(kept.changes.front().greeting.text == std::to_string(1000 - (last - from)));
      },
      {std::chrono::hours(1), few});
}

TEST_CASE("a log forgets as fast as large calls make it grow") {
  for (const auto& backend : backends()) {
    const std::string name = backend.name;
    CAPTURE(name);
    Tested store(backend, {std::chrono::hours(1), few});
    const std::vector<Write> many(backend.large_call, put("a", "g", "x"));
    for (int i = 0; i < 3; ++i) REQUIRE(store->write(many).back());
    const auto last = store.must(put("a", "g", "y")).sequence;
    CHECK_FALSE(after(store, "a", last - backend.large_call / 3).complete);
  }
}

TEST_CASE("what is too old is forgotten, though sequences are not used again") {
  on_every_backend(
      [](Tested& store) {
        std::uint64_t last = 0;
        const auto start = now();
        for (int i = 0; i < 200 || now() - start < std::chrono::milliseconds(20); ++i)
          last = store.must(put("a", "g", "x")).sequence;
        last = store.must(erase("a", "g")).sequence;
        CHECK_FALSE(after(store, "a", 0).complete);
        CHECK(after(store, "a", last).complete);
        CHECK(store.must(put("a", "g", "y")).sequence > last);
      },
      {std::chrono::seconds(0), 100'000});
}

TEST_CASE("the listener is told of every change once, in order, before the write returns") {
  on_every_backend([](Tested& store) {
    std::string heard;
    std::uint64_t last = 0;
    store->listen({[&](std::span<const Change> changes) {
      heard += told(changes);
      for (const auto& change : changes) {
        CHECK(change.sequence > last);
        last = change.sequence;
      }
    }});
    store.must(put("a", "x", "1"));
    CHECK(heard == "+a/x=1 ");
    const std::vector<Write> writes{put("a", "y", "1"), put("a", "x", "no", 0), put("b", "y", "2"), erase("a", "x")};
    const auto results = store->write(writes);
    CHECK(heard == "+a/x=1 +a/y=1 +b/y=2 -a/x=1 ");
    CHECK(results.back().value().sequence == last);
    CHECK(outcome(store.write(erase("a", "x"))) == "not found");
    CHECK(heard == "+a/x=1 +a/y=1 +b/y=2 -a/x=1 ");
  });
}

TEST_CASE("the listener may read, and finds what it is told of") {
  on_every_backend([](Tested& store) {
    int calls = 0;
    store->listen({[&](std::span<const Change> changes) {
      ++calls;
      const auto contents = store->load();
      REQUIRE(contents);
      CHECK(contents.value().sequence == changes.back().sequence);
      CHECK(contents.value().greetings.back().greeting == changes.back().greeting);
      CHECK(after(store, "a", changes.front().sequence - 1).changes.size() == changes.size());
    }});
    store.must(put("a", "x", "1"));
    store.must(put("a", "x", "2"));
    CHECK(calls == 2);
  });
}
