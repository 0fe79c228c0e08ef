#include "operator/controller.hpp"

#include "base/text.hpp"
#include "kube/server.hpp"
#include "operator/kinds.hpp"
#include "support/comes_true.hpp"

#include <doctest/doctest.h>

namespace greeter::control {

namespace {

using test::Asked;

// An API server that has all kinds, and no objects.
void answer_as_empty_cluster(const Asked& asked, test::Wire& wire) {
  if (asked.target.find("watch=true") != std::string::npos) return wire.hold();
  if (asked.target.find("limit=") != std::string::npos) {
    wire.send(test::answer(200, {{"metadata", {{"resourceVersion", "1"}}}, {"items", Json::array()}}));
    return;
  }
  auto resources = Json::array();
  for (const auto& kind : managed_kinds())
    if (asked.target.ends_with("/" + std::string(kind.api_version)))
      resources.push_back({{"kind", std::string(kind.kind)}, {"name", to_lower(kind.kind) + "s"}});
  if (resources.empty()) wire.send(test::answer(404, test::status_object(404, "not found"))); // the lease
  else wire.send(test::answer(200, {{"resources", resources}}));
}

std::shared_ptr<const Template> any_template() {
  const Json object{{"apiVersion", "v1"},
                    {"kind", "ConfigMap"},
                    {"metadata", {{"name", "greeter-__CUSTOMER__"}, {"namespace", "__CUSTOMER__"}}}};
  auto parsed = Template::parse(
      Json{{"classes", {{"standard", {{"domain", "example.org"}, {"objects", Json::array({object})}}}}}}.dump());
  REQUIRE(parsed);
  return std::make_shared<const Template>(std::move(parsed.value()));
}

} // namespace

TEST_CASE("of what it follows the operator has just the metadata sent, where that says enough") {
  const test::Server server(answer_as_empty_cluster);
  Log log(LogLevel::error, LogFormat::text, false);
  ControllerOptions options;
  options.lease = {.space = "greeter-operator", .identity = "test"};
  const Controller running(server.access(), any_template(), options, log);
  CHECK(test::comes_true([&] { return running.unready().empty(); }));
  std::set<std::string> whole;
  std::size_t lists = 0;
  for (const auto& asked : server.asked()) {
    if (asked.target.find("limit=500") == std::string::npos) continue;
    const auto path = asked.target.substr(0, asked.target.find('?'));
    if (!asked.has("Accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")) whole.insert(path);
    ++lists;
  }
  CHECK(whole == std::set<std::string>{"/apis/apps/v1/deployments", "/apis/greeter.parcellab.com/v1alpha1/customers"});
  CHECK(lists == managed_kinds().size()); // Customers, too, but no Secrets
}

} // namespace greeter::control
