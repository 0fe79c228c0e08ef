#include "kube/path.hpp"

#include <doctest/doctest.h>

using namespace greeter::kube;

TEST_CASE("objects are where their kind and namespace say") {
  const Kind pods{.group = "", .version = "v1", .plural = "pods"};
  const Kind leases{.group = "coordination.k8s.io", .version = "v1", .plural = "leases"};
  CHECK(collection(pods) == "/api/v1/pods");
  CHECK(collection(pods, "web") == "/api/v1/namespaces/web/pods");
  CHECK(path(leases, "web", "a") == "/apis/coordination.k8s.io/v1/namespaces/web/leases/a");
  CHECK(path(greetings(), "web", "a", "status") ==
        "/apis/greeter.parcellab.com/v1alpha1/namespaces/web/greetings/a/status");
}

TEST_CASE("what is in no namespace is in none") {
  CHECK(path(customers(), "web", "a") == "/apis/greeter.parcellab.com/v1alpha1/customers/a");
}
