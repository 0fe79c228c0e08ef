// What the chart lets the operator do, and its policies keep it from. That it has all the rights it needs the tests of
// the operator show: they run it with these.
#include "kube/client.hpp"
#include "kubernetes/shared.hpp"
#include "support/comes_true.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

namespace greeter::test {

namespace {

using kube::Json;

const std::string space = "greeter-operator";
constexpr auto label = "greeter.parcellab.com/customer";

kube::Client as_operator(const ApiServer& server) {
  return kube::Client(kube::from_kubeconfig(server.kubeconfig(operator_account)).value());
}

std::string namespaces(const std::string& name = "") { return "/api/v1/namespaces" + (name.empty() ? "" : "/" + name); }

Json named(const char* version, const char* kind, const std::string& name, Json labels = Json::object()) {
  return {{"apiVersion", version}, {"kind", kind}, {"metadata", {{"name", name}, {"labels", std::move(labels)}}}};
}

Json labels_of(const std::string& customer) {
  return {{label, customer}, {"pod-security.kubernetes.io/enforce", "restricted"}};
}

// Why it was refused; "" where it was not.
std::string refusal(const Result<Json>& result) { return result ? "" : result.error().message; }

bool says(const std::string& message, const std::string& what) {
  INFO(message);
  CHECK(message.find(what) != std::string::npos);
  return message.find(what) != std::string::npos;
}

// A namespace of somebody else, but for these labels.
std::string space_with(Json labels) {
  auto name = new_space();
  for (auto& [key, value] : labels.items())
    if (value == "NAME") value = name;
  shared_server().ask("PATCH", namespaces(name), {{"metadata", {{"labels", labels}}}});
  return name;
}

const kube::ApplyOptions ours{.manager = "greeter-operator", .force = true};

} // namespace

void give_rights(const ApiServer& server) {
  const auto* const rendered = std::getenv("GREETER_RENDERED_TEMPLATE"); // NOLINT(concurrency-mt-unsafe)
  if (!rendered) throw std::runtime_error("run these tests with scripts/test-kubernetes");
  if (server.ask("GET", namespaces(space))["kind"] == "Namespace") return;
  server.add_space(space);
  const auto command = fmt::format("kubectl --kubeconfig '{}' apply --server-side -f '{}' >'{}' 2>&1",
                                   server.kubeconfig(), rendered, server.folder.path("kubectl.log"));
  if (std::system(command.c_str()) != 0) // NOLINT(cert-env33-c): a test's own command
    throw std::runtime_error("failed: " + command);
  auto client = as_operator(server);
  // A policy holds once it is compiled.
  const auto holds = [&] {
    const auto object =
        client.create(namespaces("default") + "/configmaps?dryRun=All", named("v1", "ConfigMap", "any"));
    const auto place = client.create(namespaces() + "?dryRun=All", named("v1", "Namespace", "any"));
    return refusal(object).find(space + "-objects") != std::string::npos &&
           refusal(place).find(space + "-namespaces") != std::string::npos;
  };
  if (!comes_true(holds, std::chrono::seconds(60))) throw std::runtime_error("the operator's policies do not hold");
}

TEST_CASE("rights: the operator writes in namespaces of its customers, and in no other") {
  give_rights(shared_server());
  auto client = as_operator(shared_server());
  const auto customers = space_with({{label, "NAME"}});
  const auto taken_up_elsewhere = space_with({{label, "another"}});
  const auto helms = space_with({{"app.kubernetes.io/managed-by", "greeter"}});

  // Whatever the chart lets it write there.
  const std::vector<std::pair<std::string, Json>> objects{
      {"/api/v1/namespaces/{}/configmaps/any", named("v1", "ConfigMap", "any")},
      {"/api/v1/namespaces/{}/serviceaccounts/any", named("v1", "ServiceAccount", "any")},
      {"/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles/any",
       named("rbac.authorization.k8s.io/v1", "Role", "any")},
      {"/apis/apps/v1/namespaces/{}/deployments/any",
       {{"apiVersion", "apps/v1"},
        {"kind", "Deployment"},
        {"metadata", {{"name", "any"}}},
        {"spec",
         {{"selector", {{"matchLabels", {{"a", "b"}}}}},
          {"template",
           {{"metadata", {{"labels", {{"a", "b"}}}}},
            {"spec", {{"containers", {{{"name", "c"}, {"image", "i"}}}}}}}}}}}}};
  for (const auto& [path, object] : objects) {
    CHECK(comes_true([&] { // the policy knows namespaces from a watch
      return refusal(client.apply(fmt::format(fmt::runtime(path), customers), object, ours)).empty();
    }));
    for (const auto& other : {std::string("kube-system"), std::string("default"), space, taken_up_elsewhere, helms})
      says(refusal(client.apply(fmt::format(fmt::runtime(path), other), object, ours)),
           fmt::format(
               "namespace {0} has no label greeter.parcellab.com/customer={0}: the operator writes in namespaces "
               "of its customers only",
               other));
  }
  const auto secret = named("v1", "Secret", "any");
  CHECK(refusal(client.create(namespaces(customers) + "/secrets", secret)) == "");
  says(refusal(client.create(namespaces("kube-system") + "/secrets", secret)), "has no label");

  for (const auto& [where, refused] : {std::pair(customers, false), {helms, true}}) {
    INFO(where);
    const auto pods = namespaces(where) + "/pods";
    shared_server().ask("POST", namespaces(where) + "/serviceaccounts", named("v1", "ServiceAccount", "default"));
    auto pod = named("v1", "Pod", "any");
    pod["spec"] = {{"containers", {{{"name", "c"}, {"image", "i"}}}}};
    REQUIRE(shared_server().ask("POST", pods, pod)["kind"] == "Pod");
    const auto map = namespaces(where) + "/configmaps/theirs";
    shared_server().apply(map, named("v1", "ConfigMap", "theirs").dump());
    const auto patched = client.patch(pods + "/any", {{"metadata", {{"annotations", {{"a", "b"}}}}}});
    const auto removed = client.remove(map);
    CHECK((refusal(patched).find("has no label") != std::string::npos) == refused);
    CHECK((refusal(removed).find("has no label") != std::string::npos) == refused);
    CHECK(static_cast<bool>(patched) != refused);
    CHECK(static_cast<bool>(removed) != refused);
  }
}

TEST_CASE("rights: it makes namespaces of customers, and takes over and removes no others") {
  give_rights(shared_server());
  auto client = as_operator(shared_server());
  const auto apply = [&](const std::string& name, const Json& labels) {
    return refusal(client.apply(namespaces(name), named("v1", "Namespace", name, labels), ours));
  };
  const auto put_label = [&](const std::string& name, const Json& value) {
    auto labels = labels_of(name);
    labels[label] = value;
    return refusal(client.patch(namespaces(name), {{"metadata", {{"labels", labels}}}}));
  };
  const auto not_ours = [](const std::string& name) {
    return fmt::format(
        "namespace {0} is not the operator's: to give it to the operator, with all that is in it, label it "
        "greeter.parcellab.com/customer={0}",
        name);
  };

  SUBCASE("that are new") {
    says(apply("new", Json::object()), not_ours("new"));
    says(apply("new", labels_of("another")), not_ours("new"));
    says(apply("new", {{label, "new"}}), "its label pod-security.kubernetes.io/enforce has to be restricted");
    CHECK(apply("new", labels_of("new")) == "");
    CHECK(refusal(client.apply(namespaces("new") + "/configmaps/any", named("v1", "ConfigMap", "any"), ours)) == "");
    CHECK(refusal(client.remove(namespaces("new"))) == "");
  }
  SUBCASE("that somebody else has") {
    const auto name = space_with({{"app.kubernetes.io/managed-by", "Helm"}});
    says(put_label(name, name), not_ours(name));
    says(refusal(client.remove(namespaces(name))), not_ours(name));
    shared_server().ask("PATCH", namespaces(name), {{"metadata", {{"labels", {{label, name}}}}}}); // as it says
    CHECK(apply(name, labels_of(name)) == "");
  }
  SUBCASE("that make deploy has made") {
    const auto name = space_with({{"app.kubernetes.io/managed-by", "greeter"}});
    says(refusal(client.remove(namespaces(name))), not_ours(name));
    CHECK(put_label(name, name) == "");
    const auto map = namespaces(name) + "/configmaps/any";
    const auto write = [&] { return refusal(client.apply(map, named("v1", "ConfigMap", "any"), ours)); };
    CHECK(comes_true([&] { return write().empty(); }));
    CHECK(put_label(name, nullptr) == "");
    says(refusal(client.remove(namespaces(name))), not_ours(name));
    CHECK(comes_true([&] { return write().find("has no label") != std::string::npos; }));
  }
  SUBCASE("that are its own, but for a label that somebody took away") {
    auto labels = labels_of("stripped");
    labels["app.kubernetes.io/managed-by"] = "greeter";
    CHECK(apply("stripped", labels) == "");
    shared_server().ask("PATCH", namespaces("stripped"), {{"metadata", {{"labels", {{label, nullptr}}}}}});
    CHECK(apply("stripped", labels) == "");
    shared_server().ask("PATCH", namespaces("stripped"), {{"metadata", {{"labels", {{label, nullptr}}}}}});
    CHECK(refusal(client.remove(namespaces("stripped"))) == "");
  }
  SUBCASE("of Kubernetes, or its own") {
    for (const auto& name : {std::string("kube-system"), std::string("default"), space})
      says(put_label(name, name), "namespace " + name + " can be no customer's");
    says(refusal(client.remove(namespaces(space))), "namespace " + space + " can be no customer's");
    says(apply("kube-new", labels_of("kube-new")), "namespace kube-new can be no customer's");
  }
}

} // namespace greeter::test
