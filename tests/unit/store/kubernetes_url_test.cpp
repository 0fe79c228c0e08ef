#include "store/kubernetes/url.hpp"

#include <doctest/doctest.h>

#include <array>
#include <utility>

using namespace greeter::kubernetes;

TEST_CASE("a store on Kubernetes is in the pod's namespace, unless its URL says where") {
  const auto plain = parse_url("kubernetes:");
  REQUIRE(plain);
  CHECK(plain.value().space.empty());
  CHECK(plain.value().kubeconfig.empty());
  const auto whole = parse_url("kubernetes:?namespace=customer-a&kubeconfig=/etc/kube config&context=ops@test");
  REQUIRE(whole);
  CHECK(whole.value().space == "customer-a");
  CHECK(whole.value().kubeconfig == "/etc/kube config");
  CHECK(whole.value().context == "ops@test");
}

TEST_CASE("a URL that can't be used is refused with what is wrong") {
  constexpr std::array<std::pair<const char*, const char*>, 7> cases{
      {{"kubernetes://host", "nothing but options may follow"},
       {"kubernetes:default", "kubernetes:?namespace=NAME"},
       {"kubernetes:?namespace=", "\"namespace\" has no value"},
       {"kubernetes:?namespace=A.b", "\"A.b\""},
       {"kubernetes:?replicas=1", "there are namespace, kubeconfig and context"},
       {"kubernetes:?context=a", "name that, too"},
       {"redis://host", "begins with kubernetes:"}}};
  for (const auto& [url, what] : cases) {
    CAPTURE(url);
    const auto parsed = parse_url(url);
    REQUIRE_FALSE(parsed);
    CAPTURE(parsed.error().message);
    CHECK(parsed.error().message.find(what) != std::string::npos);
  }
}
