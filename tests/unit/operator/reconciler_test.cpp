#include "operator/reconciler.hpp"

#include "kube/server.hpp"
#include "operator/kinds.hpp"
#include "operator/ownership.hpp"
#include "operator/status.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

#include <unistd.h>

namespace greeter::control {

namespace {

using test::Asked;

const std::string customer_path = "/apis/greeter.parcellab.com/v1alpha1/customers/a";
const std::string space_path = "/api/v1/namespaces/a";
const std::string map_path = "/api/v1/namespaces/a/configmaps/greeter-a";

// An API server of so many lines: it keeps objects by their path and gives them versions. Nobody is told of changes:
// what an informer would tell, the test does.
class Api {
public:
  Api() : server_([this](const Asked& asked, test::Wire& wire) { wire.send(react(asked)); }) {}

  kube::Access access() const { return server_.access(); }
  std::map<std::string, Json> objects;           // not while somebody asks
  std::set<std::string> forbidden;               // paths of what may not be removed
  std::function<void(const Asked&)> before = {}; // called by the server, with what it is about to do

  const Json& put(const std::string& path, Json object) {
    auto& metadata = object["metadata"];
    metadata["name"] = path.substr(path.rfind('/') + 1);
    if (!metadata.contains("uid")) metadata["uid"] = fmt::format("uid-{}", version_);
    metadata["resourceVersion"] = std::to_string(++version_);
    return objects[path] = std::move(object);
  }
  std::size_t asked(const std::string& method, const std::string& path) const {
    const auto all = server_.asked();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const Asked& one) {
      return one.method == method && one.target.substr(0, one.target.find('?')) == path;
    }));
  }

private:
  std::string react(const Asked& asked) {
    if (before) before(asked);
    auto path = asked.target.substr(0, asked.target.find('?'));
    auto sent = Json::parse(asked.body, nullptr, false);
    if (path.ends_with("/events")) return test::answer(201, sent);
    if (path.ends_with("/status")) path.resize(path.size() - 7);
    const bool applied = asked.has("Content-Type: application/apply-patch+yaml");
    const auto there = objects.find(path);
    if (there == objects.end() && !applied) return test::answer(404, test::status_object(404, "not found"));
    if (asked.method == "GET") return test::answer(200, there->second);
    if (asked.method == "DELETE" && forbidden.contains(path))
      return test::answer(403, test::status_object(403, "may not delete"));
    if (asked.method == "DELETE") {
      auto gone = there->second;
      gone["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
      return test::answer(200, put(path, gone));
    }
    auto object = there == objects.end() ? Json::object() : there->second;
    object.merge_patch(sent);
    if (applied) object["metadata"]["managedFields"] = owned(sent);
    return test::answer(200, put(path, object));
  }

  // As a server has it after an apply; who it was that took each field does not matter here.
  static Json owned(const Json& sent) {
    auto fields = Json::object();
    for (const auto& [name, value] : sent.items()) fields["f:" + name] = Json::object();
    return {{{"manager", field_manager}, {"operation", "Apply"}, {"fieldsV1", fields}}};
  }

  std::uint64_t version_ = 100;
  test::Server server_;
};

Json map_of(const std::string& name) {
  return {{"apiVersion", "v1"},
          {"kind", "ConfigMap"},
          {"metadata", {{"name", name}, {"namespace", "__CUSTOMER__"}}},
          {"data", {{"a", "b"}}}};
}

std::shared_ptr<const Template> made_by(const Json& objects, const std::string& class_name = "standard") {
  auto parsed =
      Template::parse(Json{{"classes", {{class_name, {{"domain", "example.org"}, {"objects", objects}}}}}}.dump());
  REQUIRE(parsed);
  return std::make_shared<const Template>(std::move(parsed.value()));
}

// A cluster with the customer `a`, and an operator that is told of it.
struct World {
  explicit World(const Json& metadata = Json::object(),
                 const Json& objects = Json::array({map_of("greeter-__CUSTOMER__")}))
      : customers(made_by(objects)) {
    for (const auto* const kind : {"Namespace", "ConfigMap", "Deployment"}) {
      const auto index = find_kind(kind == std::string("Deployment") ? "apps/v1" : "v1", kind);
      cluster.know(*index, place_of(kind));
    }
    tell_of_customer(
        api.put(customer_path, {{"metadata", metadata}, {"spec", {{"name", "A"}, {"greeting", "Moin!"}}}}));
  }

  static kube::Kind place_of(const std::string& kind) {
    if (kind == "Namespace") return {"", "v1", "namespaces", false};
    if (kind == "ConfigMap") return {"", "v1", "configmaps"};
    return {"apps", "v1", "deployments"};
  }
  void tell_of_customer(const Json& object) { customers.put(object); }
  void tell_of_space() { children.put(0, api.objects.at(space_path)); }
  Outcome look() { return reconciler.reconcile("a"); }
  Ready ready() const { return ready_in(api.objects.at(customer_path).value("status", Json::object())); }

  Api api;
  kube::Client client{api.access()};
  Counts counts;
  Log log{LogLevel::error, LogFormat::text, false};
  Cluster cluster{client, [] { return true; }, counts, "test"};
  Customers customers;
  Children children;
  Customers::Names again; // those who have to be looked at
  Reconciler reconciler{cluster,
                        customers,
                        children,
                        "greeter-operator",
                        [this](const Customers::Names& names) { again.insert(names.begin(), names.end()); },
                        log};
};

// What is logged meanwhile.
std::string logged(const std::function<void()>& run) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  std::fflush(stdout);
  const int before = ::dup(STDOUT_FILENO);
  ::dup2(ends[1], STDOUT_FILENO);
  run(); // the log flushes itself
  ::dup2(before, STDOUT_FILENO);
  ::close(before);
  ::close(ends[1]);
  std::string text(65'536, '\0');
  const auto size = ::read(ends[0], text.data(), text.size());
  ::close(ends[0]);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

} // namespace

TEST_CASE("what the answer to a status says is not lost, whoever changed it") {
  World world;
  const auto change = [&](const Json& patch) {
    world.api.before = [&world, patch](const Asked& asked) {
      if (!asked.target.starts_with(customer_path + "/status")) return;
      auto customer = world.api.objects.at(customer_path);
      customer.merge_patch(patch);
      world.api.put(customer_path, customer);
    };
  };
  SUBCASE("nobody") {}
  SUBCASE("the spec") { change({{"metadata", {{"generation", 2}}}, {"spec", {{"greeting", "Hello!"}}}}); }
  SUBCASE("adopt") { change({{"metadata", {{"annotations", {{adopt_annotation, "true"}}}}}}); }
  SUBCASE("its end") { change({{"metadata", {{"deletionTimestamp", "2026-01-01T00:00:00Z"}}}}); }
  const bool changed = static_cast<bool>(world.api.before);
  CHECK(world.look() == Outcome::changed);
  CHECK(world.again == (changed ? Customers::Names{"a"} : Customers::Names{}));
  world.api.before = {};
  world.tell_of_customer(world.api.objects.at(customer_path)); // as the informer does, too late
  CHECK(world.look() == (world.customers.find("a")->deleting ? Outcome::waiting : Outcome::unchanged));
}

TEST_CASE("a namespace with another customer's label is somebody else's, known or not") {
  World world(Json{{"finalizers", Json::array({finalizer})}});
  world.api.put(space_path, {{"kind", "Namespace"}, {"metadata", {{"labels", {{customer_label, "other"}}}}}});
  SUBCASE("not known") {}
  SUBCASE("known") { world.tell_of_space(); }
  const auto before = world.api.objects.at(space_path);
  CHECK(world.look() == Outcome::waiting);
  CHECK(world.ready().reason == namespace_taken);

  auto customer = world.api.objects.at(customer_path);
  customer["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  world.tell_of_customer(world.api.put(customer_path, customer));
  CHECK(world.look() == Outcome::changed);
  CHECK(world.api.objects.at(customer_path)["metadata"]["finalizers"].empty());
  CHECK(world.api.objects.at(space_path) == before);
}

TEST_CASE("a namespace whose label somebody took away or changed is still the customer's") {
  Json label; // none
  SUBCASE("away") {}
  SUBCASE("changed") { label = "other"; }
  World world;
  CHECK(world.look() == Outcome::changed);
  const auto change = [&] {
    auto space = world.api.objects.at(space_path);
    space["metadata"]["labels"].merge_patch({{customer_label, label}});
    space["metadata"]["managedFields"][0]["fieldsV1"]["f:metadata"] = {{"f:annotations", Json::object()}};
    world.children.erase(0, world.api.put(space_path, space)); // it is none of those that the informer follows
  };
  change();
  CHECK(world.look() == Outcome::changed);
  CHECK(world.api.objects.at(space_path)["metadata"]["labels"][customer_label] == "a");

  change();
  auto customer = world.api.objects.at(customer_path);
  customer["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  world.tell_of_customer(world.api.put(customer_path, customer));
  CHECK(world.look() == Outcome::waiting);
  CHECK(world.api.objects.at(space_path)["metadata"].contains("deletionTimestamp"));
}

TEST_CASE("a namespace that is no customer's is left alone, whatever it is labelled") {
  World world(Json{{"finalizers", Json::array({finalizer})}, {"annotations", {{adopt_annotation, "true"}}}});
  Reconciler in_a{world.cluster, world.customers, world.children, "a", [](const auto&) {}, world.log};
  world.api.put(space_path, {{"kind", "Namespace"}, {"metadata", {{"labels", {{customer_label, "a"}}}}}});
  world.tell_of_space();
  const auto before = world.api.objects.at(space_path);
  CHECK(in_a.reconcile("a") == Outcome::refused);
  CHECK(world.ready().reason == namespace_taken);
  auto customer = world.api.objects.at(customer_path);
  customer["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  world.tell_of_customer(world.api.put(customer_path, customer));
  CHECK(in_a.reconcile("a") == Outcome::changed);
  CHECK(world.api.objects.at(space_path) == before);
}

TEST_CASE("adopted is a namespace that was made for a release of Greeter, and no other") {
  World world(Json{{"annotations", {{adopt_annotation, "true"}}}});
  auto space_labels = Json{{"app.kubernetes.io/managed-by", "greeter"}};
  auto labels = Json{{"app.kubernetes.io/name", "greeter"}, {"app.kubernetes.io/instance", "a"}};
  bool is_adopted = false;
  SUBCASE("made for a release") { is_adopted = true; }
  SUBCASE("of somebody else") { space_labels = {{"team", "a"}}; }
  SUBCASE("without labels") { space_labels = nullptr; }
  SUBCASE("made for something else of ours") { labels = nullptr; }
  SUBCASE("with another program of that name") { labels["app.kubernetes.io/name"] = "nginx"; }
  SUBCASE("with another release") { labels["app.kubernetes.io/instance"] = "b"; }
  auto space = Json{{"kind", "Namespace"}, {"metadata", Json::object()}};
  if (!space_labels.is_null()) space["metadata"]["labels"] = space_labels;
  world.api.put(space_path, space);
  if (!labels.is_null())
    world.api.put("/apis/apps/v1/namespaces/a/deployments/greeter-a", {{"metadata", {{"labels", labels}}}});
  const auto before = world.api.objects.at(space_path);
  CHECK(world.look() == (is_adopted ? Outcome::changed : Outcome::waiting));
  CHECK((world.api.objects.at(space_path) == before) != is_adopted);
  CHECK(world.ready().reason == (is_adopted ? progressing : namespace_taken));
  if (!is_adopted) CHECK(world.ready().message.find(adopt_annotation) != std::string::npos);
}

TEST_CASE("a customer who is gone does not come back with an answer that was given before") {
  World world;
  world.api.before = [&](const Asked& asked) {
    if (!asked.target.starts_with(customer_path + "/status")) return;
    auto gone = world.api.objects.at(customer_path);
    gone["metadata"]["resourceVersion"] = "1000"; // of its end, of which the informer tells sooner
    world.customers.erase(gone);
  };
  SUBCASE("told of its end") {}
  SUBCASE("told of all who are left") {
    world.api.before = [&](const Asked& asked) {
      if (asked.target.starts_with(customer_path + "/status")) world.customers.replace({{}, "1000"});
    };
  }
  world.look();
  CHECK_FALSE(world.customers.find("a"));
  CHECK(world.again.empty());
  auto next = world.api.objects.at(customer_path);
  next["metadata"]["resourceVersion"] = "1001";
  CHECK(world.customers.put(next) == Customers::Names{"a"});
}

TEST_CASE("a customer whose class has gone keeps the hosts that it has") {
  World world;
  world.look();
  world.customers.use(made_by(Json::array({map_of("greeter-__CUSTOMER__")}), "other"));
  CHECK(world.look() == Outcome::refused);
  CHECK(world.ready().reason == unknown_class);
  world.customers.put(world.api.put(
      "/other/b",
      {{"metadata", {{"creationTimestamp", "2026-02-01T00:00:00Z"}}},
       {"spec",
        {{"name", "B"}, {"greeting", "Moin!"}, {"class", "other"}, {"hosts", Json::array({"a.example.org"})}}}}));
  REQUIRE(world.customers.conflict("b"));
  CHECK(world.customers.conflict("b")->owner == "a");
}

TEST_CASE("what can't be removed with its last class is told of once") {
  World world;
  const std::string path = "/apis/apps/v1/namespaces/a/deployments/old";
  world.api.forbidden.insert(path);
  Log log(LogLevel::warning, LogFormat::text, false);
  Reconciler warns{world.cluster, world.customers, world.children, "greeter-operator", [](const auto&) {}, log};
  const Json fields = {
      {{"manager", field_manager}, {"operation", "Apply"}, {"fieldsV1", {{"f:spec", Json::object()}}}}};
  world.children.put(
      *find_kind("apps/v1", "Deployment"),
      world.api.put(
          path, {{"metadata", {{"namespace", "a"}, {"labels", {{customer_label, "a"}}}, {"managedFields", fields}}}}));
  CHECK(logged([&] { warns.reconcile("a"); }).find("left behind") != std::string::npos);
  CHECK(logged([&] { warns.reconcile("a"); }).find("left behind") == std::string::npos);
  CHECK(world.api.asked("DELETE", path) == 2);
}

TEST_CASE("whoever wins or loses by what the answer to a status says is looked at, too") {
  World world;
  const auto other =
      world.api.put("/other/b", {{"metadata", {{"creationTimestamp", "2026-02-01T00:00:00Z"}}},
                                 {"spec", {{"name", "B"}, {"greeting", "Moin!"}, {"hosts", Json::array({"b.shop"})}}}});
  world.customers.put(other);
  world.api.before = [&](const Asked& asked) {
    if (!asked.target.starts_with(customer_path + "/status")) return;
    auto customer = world.api.objects.at(customer_path);
    customer["spec"]["hosts"] = Json::array({"b.shop"});
    world.api.put(customer_path, customer);
  };
  world.look();
  CHECK(world.again == Customers::Names{"a", "b"});
}

} // namespace greeter::control
