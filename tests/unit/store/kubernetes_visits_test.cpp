#include "store/kubernetes/visits.hpp"

#include <doctest/doctest.h>

using namespace greeter;
using namespace greeter::kubernetes;

namespace {

constexpr auto day = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

std::uint64_t sum(const Json& data, const std::string& customer) {
  std::uint64_t all = 0;
  for (const auto& visits : visits_of(data, customer)) all += visits.count;
  return all;
}

} // namespace

TEST_CASE("counts of a day that has become old are put together at the next batch, and sources go") {
  auto data = Json::object();
  CHECK(count(data, {"first", 1, {{"c", "a", day, 1}}}, day));
  CHECK(count(data, {"second", 1, {{"c", "a", day + std::chrono::days(401), 2}}}, day + std::chrono::days(401)));
  const std::vector<Visits> expected{{"c", "a", {}, 1}, {"c", "a", day + std::chrono::days(401), 2}};
  CHECK(visits_of(data, "c") == expected);
  CHECK(data["_sources"].get<std::string>().find("first") == std::string::npos);
}

TEST_CASE("what a ConfigMap can't hold is kept as fewer days, and no count is lost") {
  auto data = Json::object();
  std::uint64_t number = 0, counted = 0;
  for (int ago = 23; ago >= 0; --ago) {
    VisitBatch batch{"s", ++number, {}};
    for (int id = 0; id < 2'500; ++id)
      batch.visits.push_back({"c", "greeting-" + std::to_string(id), day - std::chrono::days(ago), 3});
    counted += 7'500;
    REQUIRE(count(data, batch, day));
  }
  CHECK(sum(data, "c") == counted);
  CHECK(data["c"].get<std::string>().size() < 1'000'000);
  CHECK(visits_of(data, "c").back().day == day);
}

TEST_CASE("where there is no room for all greetings, the smallest counts are given up, of long ago first") {
  auto data = Json::object();
  std::uint64_t number = 0;
  std::size_t given_up = 0;
  for (int part = 0; part < 4; ++part) { // 1.1 MB if all were kept
    VisitBatch batch{"s", ++number, {}};
    for (int id = 0; id < 10'000; ++id)
      batch.visits.push_back({"c", "greeting-number-" + std::to_string(part * 10'000 + id), day - std::chrono::days(30),
                              static_cast<std::uint64_t>(part == 0 ? 1'000 : 1)});
    batch.visits.push_back({"d", "now", day, 1});
    const auto counted = count(data, batch, day);
    REQUIRE(counted);
    given_up += *counted;
    CHECK(bytes(data) < 1'000'000);
  }
  CHECK(given_up > 0);
  CHECK(given_up < 20'000);
  CHECK(sum(data, "c") == 10'000'000 + 30'000 - given_up);
  CHECK(sum(data, "d") == 4);
  CHECK_FALSE(count(data, {"s", number, {{"d", "now", day, 1}}}, day)); // counted already
}

TEST_CASE("a ConfigMap that somebody has spoilt counts from nothing") {
  Json data{{"c", "{"}, {"d", R"({"2026-11-22": {"a": -1}, "today": {"a": 1}, "2026-11-21": 3})"}, {"_sources", "[]"}};
  CHECK(visits_of(data, "c").empty());
  CHECK(visits_of(data, "d").empty());
  CHECK(count(data, {"s", 1, {{"c", "a", day, 1}}}, day));
  CHECK(sum(data, "c") == 1);
}
