// The operator against a real API server. Nobody runs pods there and nobody finishes the deletion of namespaces: the
// tests do what kubelets and controllers do.
#include "operator/controller.hpp"

#include "kubernetes/shared.hpp"
#include "operator/kinds.hpp"
#include "operator/status.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <thread>

namespace greeter::test {

namespace {

using namespace greeter::control; // NOLINT(google-build-using-namespace): it is what is tested
using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

const std::string customers_path = "/apis/greeter.parcellab.com/v1alpha1/customers";

// Waits for it; false after a minute.
bool until(const std::function<bool()>& is_so, seconds patience = seconds(60)) {
  const auto deadline = Clock::now() + patience;
  while (!is_so()) {
    if (Clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(20));
  }
  return true;
}

// What the chart renders (scripts/test-kubernetes has it do so), but for kinds that only a cluster with more than
// Kubernetes has.
Json chart_template() {
  const auto* const file = std::getenv("GREETER_RENDERED_TEMPLATE"); // NOLINT(concurrency-mt-unsafe)
  REQUIRE_MESSAGE(file, "run these tests with scripts/test-kubernetes");
  std::ifstream rendered(file);
  std::string line, text;
  while (std::getline(rendered, line) && line != "  template.json: |") continue;
  while (std::getline(rendered, line) && line.starts_with("    ")) text += line + "\n";
  auto whole = Json::parse(text);
  for (auto& value : whole["classes"]) {
    auto kept = Json::array();
    for (auto& object : value["objects"])
      if (object["kind"] != "ServiceMonitor") kept.push_back(object);
    value["objects"] = std::move(kept);
  }
  return whole;
}

std::shared_ptr<const Template> made_by(const Json& value) {
  auto parsed = Template::parse(value.dump());
  REQUIRE_MESSAGE(parsed, (parsed ? "" : parsed.error().message));
  return std::make_shared<const Template>(std::move(parsed.value()));
}

// A server whose customers are those of this test, and whose operator may do what the chart lets it.
class World {
public:
  explicit World(const ApiServer& server = shared_server()) : server_(server) { give_rights(server); }
  ~World() {
    const auto customers = ask("GET", customers_path);
    for (const auto& customer : customers["items"]) {
      const auto path = customers_path + "/" + customer["metadata"]["name"].get<std::string>();
      ask("PATCH", path, {{"metadata", {{"finalizers", nullptr}}}});
      ask("DELETE", path);
    }
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Json ask(const std::string& method, const std::string& path, const Json& body = {}) const {
    return server_.ask(method, path, body);
  }

  // A name that no namespace has.
  std::string add(Json spec = Json::object(), Json metadata = Json::object(), std::string name = "") const {
    static int number = 0;
    if (name.empty()) name = fmt::format("c-{}", ++number);
    metadata["name"] = name;
    if (!spec.contains("name")) spec["name"] = "Name of " + name;
    if (!spec.contains("greeting")) spec["greeting"] = "Moin!";
    const auto made = ask("POST", customers_path,
                          {{"apiVersion", "greeter.parcellab.com/v1alpha1"},
                           {"kind", "Customer"},
                           {"metadata", metadata},
                           {"spec", spec}});
    REQUIRE_MESSAGE(made["kind"] == "Customer", made.dump());
    return name;
  }
  void change(const std::string& name, const Json& spec) const {
    const auto changed = ask("PATCH", customers_path + "/" + name, {{"spec", spec}});
    REQUIRE_MESSAGE(changed["kind"] == "Customer", changed.dump());
  }
  Json customer(const std::string& name) const { return ask("GET", customers_path + "/" + name); }
  Ready ready(const std::string& name) const { return ready_in(customer(name).value("status", Json::object())); }
  bool is_ready_for(const std::string& name, const std::string& reason) const {
    return until([&] { return ready(name).reason == reason; });
  }

  static std::string path(const std::string& name, const std::string& resource, const std::string& object = "") {
    const auto group = resource == "deployments"                                  ? "/apis/apps/v1"
                       : resource == "ingresses" || resource == "networkpolicies" ? "/apis/networking.k8s.io/v1"
                       : resource == "poddisruptionbudgets"                       ? "/apis/policy/v1"
                       : resource == "horizontalpodautoscalers"                   ? "/apis/autoscaling/v2"
                       : resource == "roles" || resource == "rolebindings"        ? "/apis/rbac.authorization.k8s.io/v1"
                                                                                  : "/api/v1";
    return fmt::format("{}/namespaces/{}/{}/{}", group, name, resource, object.empty() ? "greeter-" + name : object);
  }
  bool has(const std::string& name, const std::string& resource, const std::string& object = "") const {
    return ask("GET", path(name, resource, object))["kind"] != "Status";
  }
  Json space_of(const std::string& name) const { return ask("GET", "/api/v1/namespaces/" + name); }
  Json file_of(const std::string& name) const {
    const auto map = ask("GET", path(name, "configmaps"));
    if (!map.contains("data")) return {};
    return Json::parse(map["data"][name + ".yaml"].get<std::string>(), nullptr, false); // somebody may write YAML
  }
  std::vector<std::string> event_reasons(const std::string& name) const {
    std::vector<std::string> reasons;
    const auto events = ask("GET", "/api/v1/namespaces/default/events");
    for (const auto& event : events["items"])
      if (event["involvedObject"]["name"] == name) reasons.push_back(event["reason"]);
    return reasons;
  }

  // As its controllers do when all pods are up.
  void let_pods_run(const std::string& name) const {
    const auto generation = ask("GET", path(name, "deployments"))["metadata"]["generation"];
    ask("PATCH", path(name, "deployments") + "/status",
        {{"status",
          {{"observedGeneration", generation},
           {"replicas", 2},
           {"updatedReplicas", 2},
           {"readyReplicas", 2},
           {"availableReplicas", 2}}}});
  }
  // As its controller does when all in it is gone.
  void end_space(const std::string& name) const {
    for (const auto* const resource :
         {"deployments", "ingresses", "networkpolicies", "poddisruptionbudgets", "horizontalpodautoscalers",
          "configmaps", "services", "serviceaccounts", "resourcequotas"})
      ask("DELETE", path(name, resource));
    auto space = space_of(name);
    space["spec"]["finalizers"] = Json::array();
    ask("PUT", "/api/v1/namespaces/" + name + "/finalize", space);
  }

  kube::Access access(const std::string& user = operator_account) const {
    auto read = kube::from_kubeconfig(server_.kubeconfig(user, space_));
    REQUIRE(read);
    return read.value();
  }
  ControllerOptions options(const std::string& identity = "first") const {
    ControllerOptions options;
    options.lease = {.space = space_,
                     .identity = identity,
                     .duration = seconds(6),
                     .renewal = seconds(1),
                     .retry = milliseconds(200)};
    options.backoff = {.first = milliseconds(50), .longest = seconds(1)};
    return options;
  }
  const std::string& space() const { return space_; }

private:
  const ApiServer& server_;
  const std::string space_ = "greeter-operator";
};

Log& quiet() {
  static Log log(LogLevel::error, LogFormat::text, false);
  return log;
}

class Operator {
public:
  explicit Operator(const World& world, Json made_of = chart_template())
      : Operator(world, world.options(), std::move(made_of)) {}
  Operator(const World& world, ControllerOptions options, const Json& made_of = chart_template(),
           const std::string& user = operator_account)
      : controller(world.access(user), made_by(made_of), std::move(options), quiet()) {}

  std::uint64_t writes() const {
    std::uint64_t sum = 0;
    for (const auto verb : {Verb::create, Verb::apply, Verb::patch, Verb::remove})
      sum += controller.counts().requests.at(static_cast<std::size_t>(verb));
    return sum;
  }
  std::uint64_t requests() const {
    std::uint64_t sum = 0;
    for (const auto& count : controller.counts().requests) sum += count;
    return sum;
  }
  std::uint64_t looks() const {
    std::uint64_t sum = 0;
    for (const auto& count : controller.counts().outcomes) sum += count;
    return sum;
  }
  // Has it look at all customers, `most` of them, and waits.
  void look_again(std::uint64_t customers, const Json& made_of = chart_template()) {
    const auto before = looks();
    controller.use(made_by(made_of));
    CHECK(until([&] { return looks() >= before + customers; }));
  }

  Controller controller;
};

bool has_reason(const World& world, const std::string& customer, const std::string& reason) {
  return until([&] {
    const auto reasons = world.event_reasons(customer);
    return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
  });
}

} // namespace

TEST_CASE("operator: a customer gets all that the chart has, and is ready when its pods are") {
  const World world;
  Operator running(world);
  const auto name = world.add({{"hosts", {"hello.example.com"}}});
  CHECK(world.is_ready_for(name, progressing));
  for (const auto* const resource : {"serviceaccounts", "configmaps", "services", "networkpolicies", "deployments",
                                     "poddisruptionbudgets", "horizontalpodautoscalers", "ingresses", "resourcequotas"})
    CHECK_MESSAGE(world.has(name, resource), resource);
  const auto space = world.space_of(name);
  CHECK(space["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted");
  CHECK(space["metadata"]["labels"][customer_label] == name);
  CHECK(world.file_of(name)["customer"]["hosts"] == Json{"hello.example.com"});
  CHECK(world.ask("GET", World::path(name, "ingresses"))["spec"]["rules"].size() == 2);
  CHECK(world.customer(name)["status"]["replicas"] == "0/1"); // the autoscaler is not there to say 2

  world.let_pods_run(name);
  CHECK(world.is_ready_for(name, available));
  const auto status = world.customer(name)["status"];
  CHECK(status["observedGeneration"] == 1);
  CHECK(status["hosts"] == Json{name + ".example.org", "hello.example.com"});
  CHECK(has_reason(world, name, "Applied"));
  CHECK(has_reason(world, name, available));

  world.change(name, {{"greeting", "Hello!"}, {"hosts", Json::array()}});
  CHECK(until([&] { return world.file_of(name)["customer"]["greeting"] == "Hello!"; }));
  CHECK(until([&] { return world.ask("GET", World::path(name, "ingresses"))["spec"]["rules"].size() == 1; }));
  CHECK(until([&] { return world.customer(name)["status"]["observedGeneration"] == 2; }));

  const auto before = running.requests();
  running.look_again(1);
  CHECK(running.requests() == before); // nothing is sent for what is as it is to be
}

TEST_CASE("operator: kubelets are told of a changed greeting") {
  const World world;
  const Operator running(world);
  const auto name = world.add();
  CHECK(world.is_ready_for(name, progressing));
  const auto from = world.ask("GET", World::path(name, "deployments"))["spec"]["template"];
  Json pod{{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", from["metadata"]}, {"spec", from["spec"]}};
  pod["metadata"]["name"] = "one";
  pod["spec"].erase("priorityClassName"); // the cluster has none
  const auto made = world.ask("POST", "/api/v1/namespaces/" + name + "/pods", pod);
  REQUIRE_MESSAGE(made["kind"] == "Pod", made.dump());
  world.change(name, {{"greeting", "Hello!"}});
  CHECK(until([&] {
    const auto version = world.ask("GET", World::path(name, "configmaps"))["metadata"]["resourceVersion"];
    const auto metadata = world.ask("GET", World::path(name, "pods", "one"))["metadata"];
    return metadata.value("annotations", Json::object()).value("greeter/config-version", "") == version;
  }));
}

TEST_CASE("operator: nothing is sent for what another one applied, either") {
  const World world;
  const auto name = world.add({{"class", "written"}});
  {
    const Operator first(world);
    CHECK(world.is_ready_for(name, progressing));
    CHECK(world.has(name, "secrets", "greeter-" + name + "-tokens"));
    CHECK(world.has(name, "roles"));
    CHECK(world.has(name, "configmaps", "greeter-visits"));
    world.let_pods_run(name);
    CHECK(world.is_ready_for(name, available));
  }
  const auto tokens = world.ask("GET", World::path(name, "secrets", "greeter-" + name + "-tokens"))["data"];
  const Operator second(world, world.options("second"));
  CHECK(until([&] { return second.looks() >= 1; }));
  CHECK(second.writes() == 1); // of tokens nobody knows whether they are there
  CHECK(world.ask("GET", World::path(name, "secrets", "greeter-" + name + "-tokens"))["data"] == tokens);
}

TEST_CASE("operator: what somebody changes or deletes comes back") {
  const World world;
  const Operator running(world);
  const auto name = world.add();
  CHECK(world.is_ready_for(name, progressing));

  SUBCASE("deleted") {
    const auto uid = world.ask("GET", World::path(name, "deployments"))["metadata"]["uid"];
    world.ask("DELETE", World::path(name, "deployments"));
    CHECK(until([&] {
      const auto there = world.ask("GET", World::path(name, "deployments"));
      return there["kind"] == "Deployment" && there["metadata"]["uid"] != uid;
    }));
  }
  SUBCASE("a value") {
    world.ask("PATCH", World::path(name, "configmaps"), {{"data", {{name + ".yaml", "customer: {}"}}}});
    CHECK(until([&] { return world.file_of(name).contains("domain"); }));
  }
  SUBCASE("a list") {
    world.ask("PATCH", World::path(name, "ingresses"), {{"spec", {{"rules", {{{"host", "evil.example.com"}}}}}}});
    CHECK(until([&] {
      return world.ask("GET", World::path(name, "ingresses"))["spec"]["rules"][0]["host"] == name + ".example.org";
    }));
  }
  SUBCASE("the label that it is known by") {
    world.ask("PATCH", World::path(name, "services"), {{"metadata", {{"labels", {{customer_label, nullptr}}}}}});
    CHECK(until([&] {
      return world.ask("GET", World::path(name, "services"))["metadata"]["labels"].value(customer_label, "") == name;
    }));
  }
  SUBCASE("that label, to another customer's") {
    world.ask("PATCH", World::path(name, "services"), {{"metadata", {{"labels", {{customer_label, "other"}}}}}});
    CHECK(until([&] {
      return world.ask("GET", World::path(name, "services"))["metadata"]["labels"].value(customer_label, "") == name;
    }));
  }
  SUBCASE("a label of the namespace") {
    world.ask("PATCH", "/api/v1/namespaces/" + name,
              {{"metadata", {{"labels", {{"pod-security.kubernetes.io/enforce", "privileged"}}}}}});
    CHECK(until([&] {
      return world.space_of(name)["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted";
    }));
  }
  CHECK(has_reason(world, name, "Repaired"));
}

TEST_CASE("operator: one that is ended anywhere is gone on for by the next") {
  const World world;
  const auto name = world.add();
  int run = 0;
  for (const int most : {2, 3, 4, 5}) { // asked once before; then finalizer, namespace and quota, what pods need, ...
    std::atomic<int> left{most};
    auto options = world.options(fmt::format("run-{}", ++run));
    options.may_write = [&left] { return left-- > 0; };
    const Operator ended(world, options);
    CHECK(until([&] { return left <= 0; }));
  }
  const Operator last(world, world.options("last"));
  CHECK(world.is_ready_for(name, progressing));
  CHECK(world.has(name, "ingresses"));
  CHECK(last.writes() == 2); // Ingress and status: just what was missing
}

TEST_CASE(
    "operator: of two one works; the other takes over at once from one that ends, and in time from one that died") {
  const World world;
  auto first = std::make_unique<Operator>(world, world.options("first"));
  CHECK(until([&] { return first->controller.leads(); }));
  const Operator second(world, world.options("second"));
  CHECK(until([&] { return second.controller.unready().empty(); }));
  const auto name = world.add();
  CHECK(world.is_ready_for(name, progressing));
  CHECK(second.writes() == 0);
  CHECK_FALSE(second.controller.leads());
  const auto began = Clock::now();
  first.reset();
  CHECK(until([&] { return second.controller.leads(); }));
  CHECK(Clock::now() - began < seconds(5)); // sooner than the lease would end

  world.ask("PATCH", "/apis/coordination.k8s.io/v1/namespaces/" + world.space() + "/leases/greeter-operator",
            {{"spec", {{"holderIdentity", "dead"}, {"leaseDurationSeconds", 6}}}});
  const auto died = Clock::now();
  CHECK(until([&] { return !second.controller.leads(); }));
  CHECK(until([&] { return second.controller.leads(); }));
  CHECK(Clock::now() - died > seconds(5));
  world.change(name, {{"greeting", "Hello!"}});
  CHECK(until([&] { return world.file_of(name)["customer"]["greeting"] == "Hello!"; }));
}

TEST_CASE("operator: a customer that is deleted takes its namespace with it, or leaves it as it is") {
  const World world;
  const Operator running(world);

  SUBCASE("Delete") {
    const auto name = world.add();
    CHECK(world.is_ready_for(name, progressing));
    world.ask("DELETE", customers_path + "/" + name);
    CHECK(until([&] { return world.space_of(name)["metadata"].contains("deletionTimestamp"); }));
    CHECK(world.is_ready_for(name, deleting));
    world.end_space(name);
    CHECK(until([&] { return world.customer(name)["kind"] == "Status"; }));
    CHECK(world.space_of(name)["kind"] == "Status");
  }
  SUBCASE("Retain") {
    const auto name = world.add({{"deletion", "Retain"}});
    CHECK(world.is_ready_for(name, progressing));
    const auto before = world.ask("GET", World::path(name, "deployments"));
    world.ask("DELETE", customers_path + "/" + name);
    CHECK(until([&] { return world.customer(name)["kind"] == "Status"; }));
    CHECK(world.ask("GET", World::path(name, "deployments")) == before);
    CHECK_FALSE(world.space_of(name)["metadata"]["labels"].contains(customer_label));
    world.add({}, {}, name);
    CHECK(world.is_ready_for(name, namespace_taken));
  }
}

TEST_CASE("operator: a namespace that is somebody else's is left alone, unless the customer adopts it") {
  const World world;
  const Operator running(world);
  const std::string name = "adopted";
  const auto create = [&](const std::string& collection, const char* kind, const Json& more) {
    auto object = more;
    object["kind"] = kind;
    object["metadata"]["labels"]["app.kubernetes.io/managed-by"] = "Helm";
    world.ask("POST", collection, object);
  };
  create("/api/v1/namespaces", "Namespace", {{"metadata", {{"name", name}}}});
  create("/api/v1/namespaces/" + name + "/configmaps", "ConfigMap",
         {{"metadata", {{"name", "greeter-" + name}}}, {"data", {{name + ".yaml", "customer: {}"}}}});
  create("/api/v1/namespaces/" + name + "/configmaps", "ConfigMap",
         {{"metadata", {{"name", "other"}}}, {"data", {{"a", "b"}}}});
  const Json labels{{"app.kubernetes.io/name", "greeter"}, {"app.kubernetes.io/instance", name}};
  create("/apis/apps/v1/namespaces/" + name + "/deployments", "Deployment",
         {{"metadata", {{"name", "greeter-" + name}, {"labels", labels}}},
          {"spec",
           {{"selector", {{"matchLabels", labels}}},
            {"template",
             {{"metadata", {{"labels", labels}}},
              {"spec", {{"containers", {{{"name", "greeter"}, {"image", "greeter"}}}}}}}}}}});
  world.add({}, {}, name);
  CHECK(world.is_ready_for(name, namespace_taken));
  CHECK(world.ready(name).message.find("greeter.parcellab.com/adopt") != std::string::npos);
  CHECK_FALSE(world.has(name, "services"));
  CHECK_FALSE(world.customer(name)["metadata"].contains("finalizers"));

  world.ask("PATCH", "/api/v1/namespaces/" + name,
            {{"metadata", {{"labels", {{"app.kubernetes.io/managed-by", "greeter"}}}}}}); // as make deploy has it
  world.ask("PATCH", customers_path + "/" + name, {{"metadata", {{"annotations", {{adopt_annotation, "true"}}}}}});
  CHECK(world.is_ready_for(name, progressing));
  CHECK(world.ask("GET", World::path(name, "configmaps"))["metadata"]["labels"]["app.kubernetes.io/managed-by"] ==
        "greeter-operator");
  CHECK(world.file_of(name).contains("domain"));
  CHECK(world.has(name, "configmaps", "other"));
  CHECK(has_reason(world, name, "Adopted"));

  for (const std::string space : {"kube-system", world.space().c_str()}) {
    world.add({}, {{"annotations", {{adopt_annotation, "true"}}}}, space);
    CHECK(world.is_ready_for(space, namespace_taken));
    CHECK_FALSE(world.space_of(space)["metadata"]["labels"].contains(customer_label));
  }
}

TEST_CASE("operator: of customers who want the same host or name the older has it, until it goes") {
  const World world;
  const Operator running(world);
  // Ages are whole seconds; of those of one second the first by name is the older.
  const auto old = world.add({{"hosts", {"same.example.com"}}, {"name", "Same"}}, {}, "same-a");
  CHECK(world.is_ready_for(old, progressing));
  const auto with_host = world.add({{"hosts", {"same.example.com"}}}, {}, "same-b");
  const auto with_name = world.add({{"name", "Same"}}, {}, "same-c");
  CHECK(world.is_ready_for(with_host, host_taken));
  CHECK(world.ready(with_host).message ==
        "host \"same.example.com\" is that of customer " + old + ", which is older: use another");
  CHECK(world.is_ready_for(with_name, name_taken));
  CHECK(world.space_of(with_host)["kind"] == "Status");
  world.change(old, {{"hosts", Json::array()}});
  CHECK(world.is_ready_for(with_host, progressing));
}

TEST_CASE("operator: a customer that breaks a rule is told so, and keeps what it had") {
  const World world;
  const Operator running(world);
  const auto name = world.add();
  CHECK(world.is_ready_for(name, progressing));
  const auto before = world.file_of(name);
  const auto version = world.ask("GET", World::path(name, "deployments"))["metadata"]["resourceVersion"];
  world.change(name, {{"greeting", "Hello!"}, {"hosts", {name + ".localhost"}}});
  CHECK(world.is_ready_for(name, invalid));
  CHECK(world.ready(name).message ==
        "spec.hosts[0] is \"" + name + ".localhost\": leave it out: the customer has that host already");
  CHECK(has_reason(world, name, invalid));
  world.change(name, {{"hosts", Json::array()}, {"class", "gold"}});
  CHECK(world.is_ready_for(name, unknown_class));
  CHECK(world.ready(name).message == "spec.class is \"gold\": use one of edge, single, standard, written");
  CHECK(world.file_of(name) == before);
  CHECK(world.ask("GET", World::path(name, "deployments"))["metadata"]["resourceVersion"] == version);
  world.change(name, {{"class", "edge"}}); // which wants what this cluster has not
  CHECK(world.is_ready_for(name, apply_failed));
  CHECK(world.ready(name).message.find("the cluster has no Middleware of traefik.io/v1alpha1") != std::string::npos);
  world.change(name, {{"class", "standard"}});
  CHECK(world.is_ready_for(name, progressing));
  CHECK(world.file_of(name)["customer"]["greeting"] == "Hello!");
}

TEST_CASE("operator: a kind that can't be read is missed by those who have it, and nobody else") {
  const World world;
  const auto role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/half";
  const auto all_but = [&](const Json& resources) {
    world.ask("DELETE", role);
    world.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles",
              {{"metadata", {{"name", "half"}}},
               {"rules",
                {{{"apiGroups", {"", "apps", "policy", "autoscaling", "greeter.parcellab.com", "coordination.k8s.io"}},
                  {"resources", {"*"}},
                  {"verbs", {"*"}}},
                 {{"apiGroups", Json::array({"networking.k8s.io"})}, {"resources", resources}, {"verbs", {"*"}}}}}});
  };
  all_but({"networkpolicies"});
  world.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            {{"metadata", {{"name", "half"}}},
             {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", "half"}}},
             {"subjects", {{{"kind", "User"}, {"name", "half"}, {"apiGroup", "rbac.authorization.k8s.io"}}}}});
  auto both = chart_template();
  auto& plain = both["classes"]["plain"] = both["classes"]["standard"];
  std::erase_if(plain["objects"].get_ref<Json::array_t&>(),
                [](const Json& object) { return object["kind"] == "Ingress"; });
  auto options = world.options();
  options.patience = seconds(3);
  options.discovery = milliseconds(200);
  const Operator running(world, options, both, "half");
  const auto without = world.add({{"class", "plain"}});
  const auto with = world.add();
  CHECK(world.is_ready_for(without, progressing));
  CHECK(world.is_ready_for(with, apply_failed));
  CHECK_MESSAGE(world.ready(with).message.find("kind Ingress could not be read yet: ingresses.networking.k8s.io") !=
                    std::string::npos,
                world.ready(with).message);
  CHECK(running.controller.unready().empty());
  all_but({"networkpolicies", "ingresses"});
  CHECK(world.is_ready_for(with, progressing));
}

TEST_CASE("operator: what the template no longer has is removed, and nothing else") {
  const World world;
  Operator running(world);
  const auto name = world.add({{"class", "written"}});
  CHECK(world.is_ready_for(name, progressing));
  auto mine = world.ask("GET", World::path(name, "configmaps"));
  mine["metadata"] = {{"name", "mine"}, {"labels", mine["metadata"]["labels"]}};
  world.ask("POST", "/api/v1/namespaces/" + name + "/configmaps", mine); // a copy with all its labels
  world.change(name, {{"class", "standard"}});
  CHECK(until([&] { return !world.has(name, "roles") && !world.has(name, "rolebindings"); }));
  CHECK(world.has(name, "configmaps", "greeter-visits")); // kept: Helm would keep it, too
  CHECK(world.has(name, "configmaps", "mine"));
  CHECK(has_reason(world, name, "Pruned"));

  auto less = chart_template();
  auto& objects = less["classes"]["standard"]["objects"];
  objects.erase(std::find_if(objects.begin(), objects.end(),
                             [](const Json& object) { return object["kind"] == "PodDisruptionBudget"; }));
  running.controller.use(made_by(less));
  CHECK(until([&] { return !world.has(name, "poddisruptionbudgets"); }));
  CHECK(world.has(name, "deployments"));
}

TEST_CASE("operator: an API server that comes back finds it at work") {
  ApiServer server(ApiServer::Disk::forgetful);
  apply_definitions(server);
  const World world(server);
  const Operator running(world);
  const auto name = world.add();
  CHECK(world.is_ready_for(name, progressing));
  server.stop(SIGKILL);
  server.start();
  world.change(name, {{"greeting", "Hello!"}});
  CHECK(until([&] { return world.file_of(name)["customer"]["greeting"] == "Hello!"; }));
  world.ask("DELETE", World::path(name, "services"));
  CHECK(until([&] { return world.has(name, "services"); }));
}

TEST_CASE("operator: a write that is not answered is over before the lease is") {
  ApiServer server(ApiServer::Disk::forgetful);
  apply_definitions(server);
  const World world(server);
  auto options = world.options();
  options.lease.duration = seconds(12);
  std::atomic<int> asked = 0;
  options.may_write = [&] {
    if (++asked == 2) server.signal(SIGSTOP); // before the first write
    return true;
  };
  const Operator running(world, options);
  world.add();
  CHECK(until([&] { return asked >= 2; }));
  CHECK(until([&] { return running.looks() > 0; }, std::chrono::duration_cast<seconds>(options.lease.duration)));
  CHECK(running.writes() > 0);
  server.signal(SIGCONT);
}

// GREETER_CUSTOMERS=1000 for the figures of docs/kubernetes-as-backend.md.
TEST_CASE("operator: many customers converge, and then cost nothing") {
  const auto* const wanted = std::getenv("GREETER_CUSTOMERS"); // NOLINT(concurrency-mt-unsafe)
  const auto count = wanted ? std::stoul(wanted) : 25UL;
  const World world;
  for (std::size_t i = 0; i < count; ++i) world.add({}, {}, fmt::format("many-{}-{}", count, i));
  const auto patience = seconds(60 + count * 2);
  const auto seconds_since = [](Clock::time_point then) {
    return std::chrono::duration<double>(Clock::now() - then).count();
  };

  auto began = Clock::now();
  auto first = std::make_unique<Operator>(world);
  CHECK(until([&] { return first->controller.counts().outcomes.at(1) >= count; }, patience));
  fmt::print("{} customers: all made after {:.1f} s, {} requests\n", count, seconds_since(began), first->requests());

  began = Clock::now();
  const auto before = first->requests();
  first->look_again(count);
  fmt::print("looked at again: {:.3f} s, {} requests\n", seconds_since(began), first->requests() - before);
  CHECK(first->requests() == before);
  first.reset();

  began = Clock::now();
  const Operator second(world, world.options("second"));
  CHECK(until([&] { return second.looks() >= count; }, patience));
  fmt::print("another operator: all seen after {:.1f} s, {} requests\n", seconds_since(began), second.requests());
  CHECK(second.requests() == 0);
}

} // namespace greeter::test
