#include "operator/lease.hpp"

#include <doctest/doctest.h>

namespace greeter::control {

namespace {

using std::chrono::seconds;

nlohmann::json held_by(const char* holder, const char* version) {
  return {{"metadata", {{"resourceVersion", version}}},
          {"spec", {{"holderIdentity", holder}, {"leaseDurationSeconds", 15}}}};
}

} // namespace

TEST_CASE("a lease is free when it has not changed for its duration, whatever its times say") {
  const LeaseView::Clock::time_point start;
  LeaseView view;
  CHECK(view.is_free(start)); // there is none
  view.see(held_by("a", "1"), start);
  CHECK(view.held_by("a"));
  CHECK_FALSE(view.is_free(start + seconds(14)));
  view.see(held_by("a", "1"), start + seconds(10)); // not renewed
  CHECK(view.is_free(start + seconds(15)));
  view.see(held_by("a", "2"), start + seconds(14));
  CHECK_FALSE(view.is_free(start + seconds(28)));
  CHECK(view.is_free(start + seconds(29)));
  view.see(held_by("", "3"), start + seconds(15)); // released
  CHECK(view.is_free(start + seconds(15)));
}

TEST_CASE("a lease says who took it when and how often it changed hands") {
  const LeaseOptions a{.space = "s", .identity = "a"}, b{.space = "s", .identity = "b"};
  const auto first = lease_of({}, a, *parse_time("2026-01-01T00:00:00Z"));
  CHECK(first["metadata"] == nlohmann::json{{"name", "greeter-operator"}, {"namespace", "s"}});
  CHECK(first["spec"] == nlohmann::json{{"holderIdentity", "a"},
                                        {"leaseDurationSeconds", 15},
                                        {"acquireTime", "2026-01-01T00:00:00.000000Z"},
                                        {"renewTime", "2026-01-01T00:00:00.000000Z"}});
  const auto renewed = lease_of(first, a, *parse_time("2026-01-01T00:00:05.25Z"));
  CHECK(renewed["spec"]["acquireTime"] == "2026-01-01T00:00:00.000000Z");
  CHECK(renewed["spec"]["renewTime"] == "2026-01-01T00:00:05.250000Z");
  CHECK_FALSE(renewed["spec"].contains("leaseTransitions"));
  const auto taken = lease_of(renewed, b, *parse_time("2026-01-01T00:01:00Z"));
  CHECK(taken["spec"]["holderIdentity"] == "b");
  CHECK(taken["spec"]["acquireTime"] == "2026-01-01T00:01:00.000000Z");
  CHECK(taken["spec"]["leaseTransitions"] == 1);
}

} // namespace greeter::control
