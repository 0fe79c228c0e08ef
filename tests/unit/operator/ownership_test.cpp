#include "operator/ownership.hpp"

#include <doctest/doctest.h>

namespace greeter::control {

namespace {

using Json = nlohmann::json;

// As an API server has them after the Deployment below was applied.
const auto fields = Json::parse(R"({
  "f:metadata": {"f:labels": {"f:app": {}}},
  "f:spec": {
    "f:selector": {},
    "f:template": {"f:spec": {
      "f:containers": {"k:{\"name\":\"greeter\"}": {".": {}, "f:name": {}, "f:args": {},
        "f:ports": {"k:{\"containerPort\":8080,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}}},
        "f:securityContext": {"f:capabilities": {"f:drop": {}}}}},
      "f:volumes": {"k:{\"name\":\"tmp\"}": {".": {}, "f:emptyDir": {}, "f:name": {}}}}}}})");

const auto wanted = Json::parse(R"({
  "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "b", "labels": {"app": "greeter"}},
  "spec": {
    "selector": {"matchLabels": {"app": "greeter"}},
    "template": {"spec": {
      "containers": [{"name": "greeter", "args": ["a", "b"], "ports": [{"containerPort": 8080}],
        "securityContext": {"capabilities": {"drop": ["ALL"]}}}],
      "volumes": [{"name": "tmp", "emptyDir": {}}]}}}})");

// The server leaves out what has nothing below it any more.
bool owned_without(const std::string& path) {
  auto less = fields;
  for (Json::json_pointer pointer(path); !pointer.empty(); pointer.pop_back()) {
    auto& parent = less[pointer.parent_pointer()];
    parent.erase(pointer.back());
    if (!parent.empty()) break;
  }
  return owns(less.dump(), wanted);
}

constexpr auto container = R"(/f:spec/f:template/f:spec/f:containers/k:{"name":"greeter"})";

} // namespace

TEST_CASE("what was applied is as it was as long as all its fields are ours") {
  CHECK(owns(fields.dump(), wanted));
  CHECK_FALSE(owns("", wanted));
  CHECK_FALSE(owns("{}", wanted));
  CHECK_FALSE(owned_without("/f:metadata/f:labels/f:app"));
  CHECK_FALSE(owned_without("/f:spec/f:selector"));
  CHECK_FALSE(owned_without(container));
  for (const auto* const field : {"/f:args", "/f:ports", "/f:securityContext/f:capabilities/f:drop"})
    CHECK_FALSE(owned_without(container + std::string(field)));
  CHECK_FALSE(owned_without(R"(/f:spec/f:template/f:spec/f:volumes/k:{"name":"tmp"}/f:emptyDir)"));
}

TEST_CASE("the fields that count are those that our applying owns") {
  const auto entry = [](const char* manager, const char* operation, const char* subresource) {
    return Json{
        {"manager", manager}, {"operation", operation}, {"subresource", subresource}, {"fieldsV1", {{"f:a", {}}}}};
  };
  const auto owned = [](const Json& entries) { return owned_fields({{"metadata", {{"managedFields", entries}}}}); };
  CHECK(owned_fields({{"metadata", Json::object()}}).empty());
  CHECK(owned(Json::array({entry("helm", "Apply", "")})).empty());
  CHECK(owned(Json::array({entry(field_manager, "Update", "")})).empty());
  CHECK(owned(Json::array({entry(field_manager, "Apply", "status")})).empty());
  CHECK(owned({entry("helm", "Apply", ""), entry(field_manager, "Apply", "")}) == R"({"f:a":null})");
}

} // namespace greeter::control
