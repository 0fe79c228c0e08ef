#include "operator/children.hpp"

#include "operator/customer.hpp"
#include "operator/kinds.hpp"

#include <doctest/doctest.h>

namespace greeter::control {

namespace {

const auto deployments = *find_kind("apps/v1", "Deployment");

Json deployment(const std::string& name, int version, const std::string& customer = "a") {
  return {{"metadata",
           {{"name", name},
            {"namespace", "a"},
            {"uid", "u"},
            {"generation", 1},
            {"resourceVersion", std::to_string(version)},
            {"labels", {{customer_label, customer}}}}},
          {"spec", {{"replicas", 2}}}};
}

const Children::Place place{deployments, "a", "x"};
using Names = std::set<std::string>;

} // namespace

TEST_CASE("what is known already, or older, is no news") {
  Children children;
  CHECK(children.put(deployments, deployment("x", 5)) == Names{"a"});
  CHECK(children.put(deployments, deployment("x", 5)).empty()); // the echo of our own request
  CHECK(children.put(deployments, deployment("x", 4)).empty());
  CHECK(children.put(deployments, deployment("x", 6)).empty()); // of no interest
  CHECK(children.find(place)->version == 6);
  auto available = deployment("x", 7);
  available["status"] = {{"availableReplicas", 1}, {"updatedReplicas", 2}, {"observedGeneration", 1}};
  CHECK(children.put(deployments, available) == Names{"a"});
  CHECK(children.find(place)->pods == Pods{2, 2, 1, true, ""});
  CHECK(children.erase(deployments, deployment("x", 6)).empty());
  CHECK(children.erase(deployments, deployment("x", 8)) == Names{"a"});
  CHECK_FALSE(children.find(place));
  CHECK(children.of("a").empty());
}

TEST_CASE("what is gone does not come back with an answer that was given before") {
  Children children;
  children.put(deployments, deployment("x", 5));
  children.erase(deployments, deployment("x", 11));
  CHECK(children.put(deployments, deployment("x", 10)).empty());
  CHECK_FALSE(children.find(place));
  CHECK(children.put(0, deployment("x", 10)) == Names{"a"}); // of another kind
  CHECK(children.put(deployments, deployment("x", 12)) == Names{"a"});

  CHECK(children.replace(deployments, {{}, "20"}) == Names{"a"});
  CHECK(children.put(deployments, deployment("x", 19)).empty());
  CHECK(children.replace(deployments, {{deployment("x", 3)}, "4"}) == Names{"a"}); // etcd was restored
  CHECK(children.put(deployments, deployment("y", 5)) == Names{"a"});
}

TEST_CASE("an object is that of the customer whose label it carries") {
  Children children;
  children.put(deployments, deployment("x", 1));
  CHECK(children.put(deployments, deployment("x", 2, "b")) == Names{"a", "b"});
  CHECK(children.of("a").empty());
  REQUIRE(children.of("b").size() == 1);
  CHECK(children.of("b")[0].first == place);
}

TEST_CASE("a list of all drops what is not in it, but for what was made since") {
  Children children;
  children.put(deployments, deployment("gone", 1));
  children.put(deployments, deployment("x", 2));
  children.put(deployments, deployment("new", 9));
  CHECK(children.replace(deployments, {{deployment("x", 2)}, "5"}) == Names{"a"});
  CHECK(children.of("a").size() == 2);
  CHECK(children.replace(deployments, {{deployment("x", 2)}, "10"}) == Names{"a"});
  CHECK(children.replace(deployments, {{deployment("x", 2)}, "11"}).empty());
  CHECK(children.find(place));
}

} // namespace greeter::control
