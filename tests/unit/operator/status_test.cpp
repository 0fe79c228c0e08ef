#include "operator/status.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

namespace greeter::control {

namespace {

const std::vector<std::string> hosts{"a.parcellab.com"};
const auto then = *parse_time("2026-01-01T00:00:00Z");
const auto later = *parse_time("2026-01-01T01:00:00.5Z");

} // namespace

TEST_CASE("a customer is ready when the newest pods, and as many as are wanted, are available") {
  CHECK(readiness(nullptr, hosts) == Ready{false, progressing, "there are no pods yet"});
  Pods pods{.wanted = 2, .updated = 2, .available = 2, .observed = true, .no_progress = ""};
  CHECK(readiness(&pods, hosts) == Ready{true, available, "serves a.parcellab.com"});
  CHECK(replicas(&pods) == "2/2");
  pods.observed = false; // the counts are of an older specification
  CHECK(readiness(&pods, hosts).reason == progressing);
  pods = {.wanted = 2, .updated = 1, .available = 2, .observed = true, .no_progress = ""};
  CHECK(readiness(&pods, hosts).reason == progressing);
  pods = {.wanted = 2, .updated = 2, .available = 1, .observed = true, .no_progress = ""};
  CHECK(readiness(&pods, hosts) == Ready{false, progressing, "1 of 2 pods are available"});
  pods.no_progress = "it has timed out";
  CHECK(readiness(&pods, hosts) == Ready{false, deadline_exceeded, "it has timed out"});
}

TEST_CASE("a status that says the same is the same, and the time of its last turn stays") {
  const Ready no{false, progressing, "0 of 2 pods are available"}, yes{true, available, "serves a.parcellab.com"};
  const auto first = status_of(Json::object(), 1, no, "a", hosts, "0/2", then);
  CHECK(ready_in(first) == no);
  CHECK(first["namespace"] == "a");
  CHECK(first["hosts"] == hosts);
  CHECK(first["replicas"] == "0/2");
  CHECK(first["observedGeneration"] == 1);
  CHECK(first["conditions"][0]["lastTransitionTime"] == "2026-01-01T00:00:00Z");
  CHECK(status_of(first, 1, no, "a", hosts, "0/2", later) == first);
  const auto newer = status_of(first, 2, no, "a", hosts, "0/2", later);
  CHECK(newer["conditions"][0]["lastTransitionTime"] == "2026-01-01T00:00:00Z");
  const auto turned = status_of(newer, 2, yes, "a", hosts, "2/2", later);
  CHECK(turned["conditions"][0]["lastTransitionTime"] == "2026-01-01T01:00:00Z");
}

TEST_CASE("of a customer that breaks a rule only the condition changes") {
  const auto before = status_of(Json::object(), 1, {true, available, "serves"}, "a", hosts, "2/2", then);
  const auto after = status_of(before, 2, {false, invalid, "spec.name is \"\": ..."}, "", {}, "", later);
  CHECK(after["hosts"] == hosts);
  CHECK(after["replicas"] == "2/2");
  CHECK(ready_in(after).reason == invalid);
}

TEST_CASE("a long message ends at a whole character") {
  CHECK(shortened("short") == "short");
  const auto cut = shortened(std::string(1023, 'a') + "ö and more");
  CHECK(cut == std::string(1023, 'a'));
  CHECK(is_utf8(cut));
}

} // namespace greeter::control
