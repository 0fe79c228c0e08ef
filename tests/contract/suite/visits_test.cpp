// How often greetings were given.
#include "contract/suite/backends.hpp"
#include "support/within_a_day.hpp"

#include <fmt/format.h>

#include <atomic>
#include <thread>

using namespace greeter;
using namespace greeter::test;

namespace {

Visits given(std::string customer, std::string greeting, std::uint64_t count, int days_ago = 0) {
  return {std::move(customer), std::move(greeting), today() - std::chrono::days(days_ago), count};
}

void must_add(Tested& store, const std::string& source, std::uint64_t number, std::vector<Visits> visits) {
  const auto error = store->add({source, number, std::move(visits)});
  REQUIRE_MESSAGE(!error, error->message);
}

// "days ago/greeting=count " of each, in the store's order; "long" for the days that are kept as one.
std::string counts(Tested& store, const std::string& customer = "c") {
  const auto visits = store->visits(customer);
  REQUIRE_MESSAGE(visits, visits.error().message);
  std::string text;
  for (const auto& each : visits.value()) {
    CHECK(each.customer == customer);
    const auto ago = (today() - each.day).count();
    text += fmt::format("{}/{}={} ", each.day == long_ago ? "long" : std::to_string(ago), each.greeting, each.count);
  }
  return text;
}

} // namespace

TEST_CASE_FIXTURE(WithinADay, "nobody was greeted at first") {
  on_every_backend([](Tested& store) {
    CHECK(counts(store).empty());
    must_add(store, "s", 1, {});
    CHECK(counts(store).empty());
  });
}

TEST_CASE_FIXTURE(WithinADay, "counts add up by customer, day and greeting, in the order of days and ids") {
  on_every_backend([](Tested& store) {
    must_add(store, "s", 1, {given("c", "z", 1), given("c", "", 2), given("c", "a", 3), given("d", "a", 4)});
    must_add(store, "s", 2, {given("c", "a", 10), given("c", "a", 20, 1), given("c", "a", 30)});
    must_add(store, "s", 3, {given("c", "", 5'000'000'000'000)});
    CHECK(counts(store) == "1/a=20 0/=5000000000002 0/a=43 0/z=1 ");
    CHECK(counts(store, "d") == "0/a=4 ");
    CHECK(counts(store, "").empty());
  });
}

TEST_CASE_FIXTURE(WithinADay, "ids that are texts of a kind are kept apart") {
  on_every_backend([](Tested& store) {
    must_add(store, "s", 1, {given("c", "a-b", 1), given("c-a", "b", 2), given("c-a-b", "", 4), given("c", "10", 8)});
    CHECK(counts(store) == "0/10=8 0/a-b=1 ");
    CHECK(counts(store, "c-a") == "0/b=2 ");
    CHECK(counts(store, "c-a-b") == "0/=4 ");
  });
}

TEST_CASE_FIXTURE(WithinADay, "a batch that is given again is counted once") {
  on_every_backend([](Tested& store) {
    for (int i = 0; i < 3; ++i) must_add(store, "s", 1, {given("c", "a", 1)});
    CHECK(counts(store) == "0/a=1 ");
    must_add(store, "s", 2, {given("c", "a", 1)});
    must_add(store, "s", 5, {given("c", "a", 1)}); // numbers may leave some out
    for (const std::uint64_t number : {1, 2, 3, 5}) must_add(store, "s", number, {given("c", "a", 100)});
    CHECK(counts(store) == "0/a=3 ");
  });
}

TEST_CASE_FIXTURE(WithinADay, "every source counts its own batches") {
  on_every_backend([](Tested& store) {
    must_add(store, "one", 1, {given("c", "a", 1)});
    must_add(store, "two", 1, {given("c", "a", 2)});
    must_add(store, "two", 7, {given("c", "a", 4)});
    must_add(store, "one", 2, {given("c", "a", 8)});
    must_add(store, "two", 7, {given("c", "a", 100)});
    CHECK(counts(store) == "0/a=15 ");
  });
}

TEST_CASE_FIXTURE(WithinADay, "days of more than 400 days before are kept as one") {
  on_every_backend([](Tested& store) {
    must_add(store, "s", 1, {given("c", "a", 1, 400), given("c", "a", 2, 401), given("c", "", 4, 9'000)});
    must_add(store, "s", 2, {given("c", "a", 8, 5'000), given("d", "a", 16, 401)});
    CHECK(counts(store) == "long/=4 long/a=10 400/a=1 ");
    CHECK(counts(store, "d") == "long/a=16 ");
  });
}

TEST_CASE_FIXTURE(WithinADay, "nothing is lost or counted twice while many count, write and read") {
  on_every_backend([](Tested& store) {
    constexpr std::uint64_t batches = 50;
    std::atomic<int> broken = 0;
    std::atomic<bool> done = false;
    {
      const std::jthread reader([&] {
        std::uint64_t last = 0;
        while (!done) {
          const auto visits = store->visits("c");
          if (!visits) return void(++broken);
          std::uint64_t sum = 0;
          for (const auto& each : visits.value()) sum += each.count;
          if (sum < last || sum % 3 != 0) ++broken; // a batch is there as a whole
          last = sum;
        }
      });
      std::vector<std::jthread> threads;
      for (int source = 0; source < 4; ++source)
        threads.emplace_back([&, source] {
          for (std::uint64_t number = 1; number <= batches; ++number) {
            const VisitBatch batch{std::to_string(source), number, {given("c", "a", 1), given("c", "", 2)}};
            for (int again = 0; again < 2; ++again) broken += store->add(batch) ? 1 : 0;
            broken += store.write(put("c", std::to_string(source), std::to_string(number))) ? 0 : 1;
          }
        });
      threads.clear();
      done = true;
    }
    CHECK(broken == 0);
    CHECK(counts(store) == "0/=400 0/a=200 ");
    CHECK(store.texts() == "c/0=50 c/1=50 c/2=50 c/3=50 ");
  });
}

TEST_CASE_FIXTURE(WithinADay, "counts, and what was counted already, are there when a durable store is opened again") {
  for (const auto& backend : backends()) {
    const std::string name = backend.name;
    CAPTURE(name);
    Tested store(backend);
    must_add(store, "s", 1, {given("c", "a", 1, 3)});
    must_add(store, "s", 2, {given("c", "a", 2)});
    store.reopen();
    if (!backend.outlives_its_process) {
      CHECK(counts(store).empty());
      continue;
    }
    CHECK(counts(store) == "3/a=1 0/a=2 ");
    must_add(store, "s", 2, {given("c", "a", 100)});
    must_add(store, "s", 3, {given("c", "a", 4)});
    CHECK(counts(store) == "3/a=1 0/a=6 ");
  }
}
