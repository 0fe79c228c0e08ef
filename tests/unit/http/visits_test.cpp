// From a greeting that is given to its count in the store.
#include "http/visits.hpp"
#include "store/memory_store.hpp"
#include "support/comes_true.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>

using namespace greeter;

namespace {

constexpr auto day = std::chrono::hours(24);

// Fails while it is told to, before or after it has done what it was asked for.
struct FailingStore : MemoryStore {
  explicit FailingStore(std::chrono::milliseconds beat) : MemoryStore(day, 100), every(beat) {}

  std::optional<Error> add(const VisitBatch& batch) override {
    ++asked;
    if (away) return Error{ErrorCode::unavailable, "away"};
    auto error = MemoryStore::add(batch);
    return uncertain ? Error{ErrorCode::uncertain, "no answer"} : error;
  }
  std::string counts(const std::string& customer = "c") {
    std::map<std::string, std::uint64_t> sums;
    const auto visits = MemoryStore::visits(customer);
    for (const auto& each : visits.value()) sums[each.greeting] += each.count;
    std::string text;
    for (const auto& [greeting, count] : sums) text += fmt::format("{}={} ", greeting, count);
    return text;
  }

  std::chrono::milliseconds visits_every() const override { return every.load(); }

  std::atomic<std::chrono::milliseconds> every;
  std::atomic<bool> away{false}, uncertain{false};
  std::atomic<int> asked{0};
};

Configuration configuration(std::vector<std::string> customers) {
  Configuration made;
  for (const auto& id : customers) made.customers.push_back({id, id, "Moin!", {id + ".x"}});
  made.hash = "cafe";
  return made;
}

Change put(const std::string& id, std::uint64_t revision) {
  Change change{revision, Write::Kind::put, "c", {}};
  change.greeting.id = change.greeting.text = id;
  change.greeting.origin = Origin::store;
  change.greeting.revision = revision;
  return change;
}

std::vector<std::string> ids(unsigned customers) {
  std::vector<std::string> all;
  for (unsigned i = 0; i < customers; ++i)
    all.push_back(i < 2 ? std::string(1, static_cast<char>('c' + i)) : fmt::format("c{}", i));
  return all;
}

constexpr auto seldom = std::chrono::hours(1);

// Seldom: its first beat is over, and none falls into the test while the store is well.
struct Recording {
  explicit Recording(std::chrono::milliseconds every = seldom, unsigned customers = 2)
      : store{every}, board{configuration(ids(customers)), {}, 2} {
    if (every == seldom) REQUIRE(test::comes_true([&] { return recorder.stored_totals().size() == customers; }));
  }
  void give(int times = 1, std::size_t customer = 0) {
    const auto site = board.site().current();
    const auto& page = *site->pages[customer];
    for (int i = 0; i < times; ++i) page.offers[page.usual].count->add(0);
  }
  void show(const Change& change) { board.take(std::span(&change, 1)); }

  FailingStore store;
  Log log{LogLevel::error, LogFormat::json, false};
  Board board;
  VisitRecorder recorder{board, store, log};
};

} // namespace

TEST_CASE("greetings are counted by their ids, the customer's own text without one") {
  Recording now;
  now.give(3);
  now.show(put("a", 1));
  now.give(2);
  now.give(5, 1);
  CHECK(now.recorder.pending() == 10);
  CHECK_FALSE(now.recorder.record());
  CHECK(now.store.counts() == "=3 a=2 ");
  CHECK(now.store.counts("d") == "=5 ");
  CHECK(now.recorder.pending() == 0);
}

TEST_CASE("it records by itself, and knows what the store has") {
  Recording now(std::chrono::milliseconds(500));
  now.give(3);
  CHECK(test::comes_true([&] { return now.recorder.stored_totals()["c"] == 3; }));
  CHECK(now.store.counts() == "=3 ");
}

TEST_CASE("a store that is seldom asked is tried again soon after it failed") {
  Recording now(std::chrono::milliseconds(1));
  now.store.away = true;
  now.give(3);
  REQUIRE(test::comes_true([&] { return now.recorder.failures() > 0; }));
  now.store.every = seldom;
  const auto failures = now.recorder.failures();
  REQUIRE(test::comes_true([&] { return now.recorder.failures() > failures + 1; },
                           std::chrono::seconds(20))); // the last one within an hour
  now.store.away = false;
  CHECK(test::comes_true([&] { return now.store.counts() == "=3 "; }, std::chrono::seconds(20)));
}

TEST_CASE("all totals are known at once of a store that is seldom asked") {
  const Recording now(seldom, 50);
  CHECK(now.recorder.stored_totals().size() == 50);
}

TEST_CASE("counts wait for a store that is away, and none is counted twice") {
  Recording now;
  SUBCASE("it did nothing") { now.store.away = true; }
  SUBCASE("it did not say what it did") { now.store.uncertain = true; }
  now.give(1);
  CHECK(now.recorder.record());
  now.give(2);
  now.show(put("a", 1));
  now.give(4);
  CHECK(now.recorder.record());
  CHECK(now.recorder.pending() == 7);
  CHECK(now.recorder.failures() >= 2);
  now.store.away = now.store.uncertain = false;
  CHECK_FALSE(now.recorder.record());
  CHECK(now.store.counts() == "=3 a=4 ");
  CHECK(now.recorder.pending() == 0);
  CHECK_FALSE(now.recorder.record_unless_away());
}

TEST_CASE("whoever has no time is told at once that the store is away") {
  Recording now;
  now.store.away = true;
  now.give();
  CHECK(now.recorder.record_unless_away());
  const int asked = now.store.asked;
  for (int i = 0; i < 1000; ++i) CHECK(now.recorder.record_unless_away());
  CHECK(now.store.asked < asked + 1000); // but for the tries that fall into it
}

TEST_CASE("what is too much for a batch is several") {
  Recording now;
  std::vector<std::string> many;
  for (int i = 0; i < 2'500; ++i) many.push_back("c" + std::to_string(i));
  now.board.configure(configuration(many));
  for (std::size_t i = 0; i < many.size(); ++i) now.give(1, i);
  CHECK_FALSE(now.recorder.record());
  for (const auto& customer : many) REQUIRE(now.store.counts(customer) == "=1 ");
  CHECK(now.store.asked >= 3);
}

TEST_CASE("a count of a page that is gone is collected, and then goes; the sum stays") {
  GreetingCounts counts(2);
  auto first = counts.of("a"), again = counts.of("a");
  CHECK(first.get() == again.get());
  first->add(0);
  again->add(1);
  first.reset();
  std::string told;
  const auto collect = [&] {
    told.clear();
    counts.collect([&](const std::string& id, std::uint64_t count) { told += fmt::format("{}={} ", id, count); });
    return told;
  };
  CHECK(collect() == "a=2 ");
  again->add(0);
  again.reset();
  CHECK(counts.uncollected() == 1);
  CHECK(collect() == "a=1 ");
  CHECK(collect().empty());
  CHECK(counts.total() == 3);
  const auto anew = counts.of("a");
  anew->add(0);
  CHECK(collect() == "a=1 ");
  CHECK(counts.total() == 4);
}

TEST_CASE("no count is lost while workers give, pages change and counts are recorded") {
  Recording now(std::chrono::milliseconds(1));
  std::atomic<std::uint64_t> given{0};
  std::atomic<bool> done{false};
  {
    std::vector<std::jthread> workers;
    for (unsigned worker = 0; worker < 2; ++worker)
      workers.emplace_back([&, worker] {
        Published<Site>::Reader site(now.board.site());
        for (; !done; ++given) {
          const auto& page = *site.get().pages[0];
          page.offers[page.usual].count->add(worker);
        }
      });
    for (std::uint64_t i = 1; i <= 200; ++i) {
      now.show(put("g" + std::to_string(i % 7), i));
      now.store.uncertain = i % 3 == 0;
      (void)now.recorder.record();
    }
    done = true;
  }
  now.store.uncertain = false;
  CHECK_FALSE(now.recorder.record());
  std::uint64_t sum = 0;
  const auto visits = now.store.visits("c");
  for (const auto& each : visits.value()) sum += each.count;
  CHECK(sum == given);
  CHECK(now.board.site().current()->pages[0]->counts->total() == given);
}
