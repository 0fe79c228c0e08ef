// The webhook as the API server asks it, with no more rights than the chart gives it.
#include "http/client.hpp"
#include "http/tls_client.hpp"
#include "kube/files.hpp"
#include "operator/shared_certificates.hpp"
#include "operator/webhook.hpp"
#include "support/api_server.hpp"
#include "support/classes.hpp"
#include "support/comes_true.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <set>
#include <thread>

using namespace greeter;
using namespace greeter::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr auto space = "greeter-operator";
const std::string customers = "/apis/greeter.parcellab.com/v1alpha1/customers";
const std::string greetings = "/apis/greeter.parcellab.com/v1alpha1/namespaces/shop/greetings";
const std::string configuration =
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/greeter-webhook";
const std::string secret = "/api/v1/namespaces/greeter-operator/secrets/greeter-webhook-tls";

json rule(const char* group, const char* resource, const std::vector<std::string>& verbs, const char* name = nullptr) {
  json rule{{"apiGroups", json::array({group})}, {"resources", json::array({resource})}, {"verbs", verbs}};
  if (name) rule["resourceNames"] = json::array({name});
  return rule;
}

// An API server of our own: whoever else asked it for a customer would be asked about it.
const ApiServer& server() {
  static const ApiServer one;
  [[maybe_unused]] static const bool ready = [] {
    apply_definitions(one);
    one.add_space(space);
    one.add_space("shop");
    one.grant("webhook", space,
              {rule("", "secrets", {"create"}), rule("", "secrets", {"get", "update"}, "greeter-webhook-tls")});
    const std::string group = "rbac.authorization.k8s.io";
    const json named{{"name", "webhook"}};
    one.apply("/apis/" + group + "/v1/clusterroles/webhook",
              json{{"apiVersion", group + "/v1"},
                   {"kind", "ClusterRole"},
                   {"metadata", named},
                   {"rules",
                    {rule("greeter.parcellab.com", "customers", {"get", "list", "watch"}),
                     rule("admissionregistration.k8s.io", "validatingwebhookconfigurations", {"get", "patch"},
                          "greeter-webhook")}}}
                  .dump());
    one.apply("/apis/" + group + "/v1/clusterrolebindings/webhook",
              json{{"apiVersion", group + "/v1"},
                   {"kind", "ClusterRoleBinding"},
                   {"metadata", named},
                   {"roleRef", {{"apiGroup", group}, {"kind", "ClusterRole"}, {"name", "webhook"}}},
                   {"subjects", {{{"kind", "User"}, {"name", "webhook"}, {"apiGroup", group}}}}}
                  .dump());
    return true;
  }();
  return one;
}

class Pod {
public:
  explicit Pod(const Environment& more = {}) {
    classes({{"standard", "parcellab.com"}, {"large", "example.net"}});
    Environment environment{{"GREETER_HOST", "127.0.0.1"},          {"GREETER_TEMPLATE", folder_.path("template.json")},
                            {"GREETER_WEBHOOK_PORT", "0"},          {"GREETER_MANAGEMENT_PORT", "0"},
                            {"GREETER_WEBHOOK_NAMES", "127.0.0.1"}, {"GREETER_WEBHOOK_SECRET", "greeter-webhook-tls"}};
    for (const auto& [name, value] : more) environment[name] = value;
    auto read = read_settings(environment, {});
    REQUIRE(read);
    settings_ = std::move(read.value());
    auto access = kube::from_kubeconfig(server().kubeconfig("webhook", space));
    REQUIRE(access);
    auto started = webhook::Webhook::start(settings_, std::move(access.value()), log_, 200ms);
    REQUIRE_MESSAGE(started, (started ? "" : started.error().message));
    webhook_ = std::move(started.value());
  }

  webhook::Webhook& operator*() { return *webhook_; }
  void classes(const Domains& domains) const { folder_.write("template.json", template_text(domains)); }
  bool is_ready() const { return get(webhook_->management_port(), "/readyz").status == 200; }
  std::string metrics() const { return get(webhook_->management_port(), "/metrics").body; }
  // What it shows to somebody who believes whom the API server was told to believe; empty: that is not believed.
  std::string shown() const {
    const auto told = server().ask("GET", configuration)["webhooks"][0]["clientConfig"].value("caBundle", "");
    const TlsClient client(webhook_->port(), kube::from_base64(told).value_or(""));
    return client.is_open() ? client.certificate() : "";
  }

private:
  const Folder folder_;
  Settings settings_;
  Log log_{LogLevel::error, LogFormat::json, false};
  std::unique_ptr<webhook::Webhook> webhook_;
};

json customer(const std::string& name, json spec) {
  return {{"apiVersion", "greeter.parcellab.com/v1alpha1"},
          {"kind", "Customer"},
          {"metadata", {{"name", name}}},
          {"spec", std::move(spec)}};
}

json greeting(const std::string& name, json spec) {
  return {{"apiVersion", "greeter.parcellab.com/v1alpha1"},
          {"kind", "Greeting"},
          {"metadata", {{"name", name}, {"namespace", "shop"}}},
          {"spec", std::move(spec)}};
}

json sound(const std::string& name) { return {{"name", name}, {"greeting", "Moin!"}}; }

bool is_taken(const json& answer) { return answer["kind"] != "Status"; }
std::string message(const json& answer) { return answer.value("message", ""); }

// As the chart has it, but by a URL: there are no Services without nodes.
void tell_api_server(std::uint16_t port, const char* of_greetings = "Ignore") {
  json webhooks = json::array();
  for (const std::string kind : {"customers", "greetings"})
    webhooks.push_back({{"name", kind + ".greeter.parcellab.com"},
                        {"rules",
                         {{{"apiGroups", {"greeter.parcellab.com"}},
                           {"apiVersions", {"v1alpha1"}},
                           {"resources", json::array({kind})},
                           {"operations", {"CREATE", "UPDATE"}}}}},
                        {"clientConfig", {{"url", fmt::format("https://127.0.0.1:{}/validate", port)}}},
                        {"admissionReviewVersions", json::array({"v1"})},
                        {"sideEffects", "None"},
                        {"timeoutSeconds", 5},
                        {"failurePolicy", kind == "customers" ? "Fail" : of_greetings}});
  for (auto& webhook : webhooks)
    for (auto* const list : {"apiGroups", "apiVersions"})
      webhook["rules"][0][list] =
          json::array({list == std::string("apiGroups") ? "greeter.parcellab.com" : "v1alpha1"});
  server().apply(configuration, json{{"apiVersion", "admissionregistration.k8s.io/v1"},
                                     {"kind", "ValidatingWebhookConfiguration"},
                                     {"metadata", {{"name", "greeter-webhook"}}},
                                     {"webhooks", webhooks}}
                                    .dump());
}

// Its own host is one that a customer can't have again: only the webhook knows that.
json bad_customer() {
  auto spec = sound("Bad");
  spec["hosts"] = json::array({"customer-bad.parcellab.com"});
  return customer("customer-bad", spec);
}

json create(const json& object, const std::string& query = "") {
  return server().ask("POST", (object["kind"] == "Customer" ? customers : greetings) + query, object);
}
void remove(const std::string& path) { server().ask("DELETE", path); }

// Whether the API server asks this webhook, and believes its answers.
bool is_asked(const std::string& by = "denied the request") {
  return comes_true([&] { return message(create(bad_customer(), "?dryRun=All")).find(by) != std::string::npos; });
}

} // namespace

TEST_CASE("webhook: the API server refuses what breaks a rule, says why, and takes what is sound") {
  Pod webhook;
  tell_api_server((*webhook).port());
  REQUIRE(is_asked());
  CHECK(webhook.is_ready());

  auto answer = create(bad_customer());
  CHECK(answer["code"] == 422);
  CHECK(answer["reason"] == "Invalid");
  CHECK(message(answer) ==
        R"(admission webhook "customers.greeter.parcellab.com" denied the request: spec.hosts[0] is )"
        R"("customer-bad.parcellab.com": leave it out: the customer has that host already)");
  CHECK(answer["details"]["causes"][0]["field"] == "spec.hosts[0]");
  CHECK(answer["details"]["name"] == "customer-bad");
  CHECK(create(greeting("shop.sale", {{"text", "Half price"}}))["code"] == 422);

  CHECK(is_taken(create(customer("customer-dry", sound("Dry")), "?dryRun=All")));
  CHECK(server().ask("GET", customers + "/customer-dry")["code"] == 404);
  CHECK(is_taken(create(customer("customer-good", sound("Good")))));
  CHECK(is_taken(create(greeting("sale", {{"text", "Half price"}, {"ends_at", "2020-01-01T00:00:00Z"}}))));

  // A change of the spec is looked at, one of anything else is not.
  const auto good = customers + "/customer-good", merge = std::string("PATCH");
  CHECK(server().ask(merge, good, {{"spec", {{"hosts", {"customer-good.parcellab.com", "x.example.com"}}}}})["code"] ==
        422);
  CHECK(is_taken(server().ask(merge, good, {{"metadata", {{"labels", {{"a", "b"}}}}}})));
  CHECK(is_taken(server().ask(merge, good + "/status", {{"status", {{"namespace", "x"}}}})));
  const auto metrics = webhook.metrics();
  CAPTURE(metrics);
  CHECK(metrics.find(R"(resource="greetings",operation="CREATE",allowed="true"} 1)") != std::string::npos);
  CHECK(metrics.find(R"(resource="customers",operation="UPDATE",allowed="false"} 1)") != std::string::npos);
  CHECK(metrics.find("greeter_webhook_certificate_expiry_timestamp_seconds 0") == std::string::npos);
  remove(good);
  remove(greetings + "/sale");
}

TEST_CASE("webhook: no two customers get the same name or host") {
  Pod webhook;
  tell_api_server((*webhook).port());
  REQUIRE(is_asked());
  auto spec = sound("One");
  spec["hosts"] = json::array({"hello.example.com"});
  REQUIRE(is_taken(create(customer("customer-one", spec))));
  const auto is_refused = [&](const json& object, const std::string& why) {
    json answer;
    const bool refused = comes_true([&] { return !is_taken(answer = create(object, "?dryRun=All")); });
    CAPTURE(answer.dump());
    CHECK(message(answer).find(why) != std::string::npos);
    return refused;
  };
  CHECK(is_refused(customer("customer-two", sound("One")),
                   R"(spec.name is "One": use another: customer "customer-one" has it)"));
  spec["name"] = "Two";
  CHECK(is_refused(customer("customer-two", spec),
                   R"(spec.hosts[0] is "hello.example.com": use another: customer "customer-one" has it)"));
  remove(customers + "/customer-one");
  CHECK(comes_true([&] { return is_taken(create(customer("customer-two", spec), "?dryRun=All")); }));
}

TEST_CASE(
    "webhook: knows the classes of the template, also when it changes, and holds nobody up whose class has gone") {
  Pod webhook;
  tell_api_server((*webhook).port());
  REQUIRE(is_asked());
  auto spec = sound("Large");
  spec["class"] = "large";
  spec["hosts"] = json::array({"customer-large.parcellab.com"}); // its own is below the domain of its class
  REQUIRE(is_taken(create(customer("customer-large", spec))));
  spec = sound("Gold");
  spec["class"] = "gold";
  CHECK(message(create(customer("customer-gold", spec)))
            .ends_with(R"(spec.class is "gold": use one of large, standard)"));

  webhook.classes({{"standard", "parcellab.com"}, {"gold", "example.org"}});
  CHECK(comes_true([&] { return is_taken(create(customer("customer-gold", spec), "?dryRun=All")); }));
  const auto large = customers + "/customer-large", merge = std::string("PATCH");
  CHECK(is_taken(server().ask(merge, large, {{"metadata", {{"finalizers", {"example.com/x", "example.com/y"}}}}})));
  CHECK(is_taken(server().ask(merge, large, {{"spec", {{"deletion", "Retain"}}}})));
  CHECK(server().ask(merge, large, {{"spec", {{"class", "larger"}}}})["code"] == 422);
  remove(large);
  CHECK(is_taken(server().ask(merge, large, {{"metadata", {{"finalizers", nullptr}}}})));
  CHECK(server().ask("GET", large)["code"] == 404);
  webhook.classes({}); // which makes no sense
  CHECK(comes_true([&] { return webhook.metrics().find("templates_refused_total 1") != std::string::npos; }));
  CHECK(is_taken(create(customer("customer-gold", spec), "?dryRun=All")));
}

TEST_CASE("webhook: while it is away, customers have to wait, and greetings need not") {
  {
    Pod webhook;
    tell_api_server((*webhook).port());
    REQUIRE(is_asked());
    (*webhook).announce_stop();
    CHECK_FALSE(webhook.is_ready());
    CHECK(is_asked()); // until it is drained
  }
  auto answer = create(customer("customer-late", sound("Late")));
  CHECK(answer["code"] == 500);
  CHECK(message(answer).find("failed calling webhook") != std::string::npos);
  CHECK(is_taken(create(greeting("late", {{"text", "Hi"}}))));
  CHECK(is_taken(create(greeting("shop.late", {{"text", "Hi"}}))));
  Pod webhook;
  tell_api_server((*webhook).port());
  REQUIRE(is_asked());
  CHECK(is_taken(create(customer("customer-late", sound("Late")))));
  remove(customers + "/customer-late");
  remove(greetings + "/late");
  remove(greetings + "/shop.late");
}

TEST_CASE("webhook: whom the API server is told to believe is put right when somebody changes it") {
  Pod webhook;
  tell_api_server((*webhook).port());
  REQUIRE(is_asked());
  auto webhooks = server().ask("GET", configuration)["webhooks"];
  const auto right = webhooks;
  CHECK(right[0]["clientConfig"]["caBundle"] == right[1]["clientConfig"]["caBundle"]);
  webhooks[0]["clientConfig"].erase("caBundle");
  REQUIRE(server().ask("PATCH", configuration, {{"webhooks", webhooks}})["kind"] == "ValidatingWebhookConfiguration");
  CHECK(comes_true([&] { return server().ask("GET", configuration)["webhooks"] == right; }));
  server().ask("DELETE", configuration); // and made anew
  tell_api_server((*webhook).port());
  CHECK(is_asked());
}

TEST_CASE("webhook: pods that start together agree on a certificate, and renew it while objects are applied") {
  remove(secret);
  Pod first, second;
  tell_api_server((*first).port(), "Fail");
  REQUIRE(comes_true([&] { return first.is_ready() && second.is_ready(); }));
  REQUIRE(is_asked());
  const auto agree = [&] {
    const auto shown = first.shown();
    return !shown.empty() && shown == second.shown();
  };
  CHECK(comes_true(agree));
  CHECK(server().ask("GET", secret)["type"] == "kubernetes.io/tls");

  std::atomic<bool> done = false;
  std::atomic<int> applied = 0;
  std::string failure;
  std::thread load([&] {
    for (int i = 0; !done && failure.empty(); ++i) {
      const auto answer = create(greeting(fmt::format("load-{}", i), {{"text", "Hi"}}), "?dryRun=All");
      if (is_taken(answer)) ++applied;
      else failure = answer.dump();
    }
  });
  // Certificate, authority, a certificate by the new one, all.
  for (const std::string lost : {"tls.key", "ca.key", "tls.crt", "Secret"}) {
    CAPTURE(lost);
    const auto before = server().ask("GET", secret)["data"];
    if (lost == "Secret") remove(secret);
    else server().ask("PATCH", secret, {{"data", {{lost, ""}}}});
    CHECK(comes_true([&] {
      const auto after = server().ask("GET", secret).value("data", json::object());
      return after != before && after.value(lost == "Secret" ? "tls.crt" : lost, "") != "";
    }));
    const bool signs_anew = lost == "ca.key";
    const auto old = kube::from_base64(before["tls.crt"].get<std::string>()).value_or("");
    CHECK(comes_true([&] { return agree() && (signs_anew || first.shown() != old); }));
    const int so_far = applied;
    CHECK(comes_true([&] { return applied > so_far + 5 || done; }));
  }
  done = true;
  load.join();
  CHECK(failure == "");
  CHECK(applied > 20);
  const auto agreed = server().ask("GET", secret)["data"]["ca.crt"]; // the old authority is not believed any more
  CHECK(comes_true(
      [&] { return server().ask("GET", configuration)["webhooks"][0]["clientConfig"]["caBundle"] == agreed; }));
  server().ask("DELETE", configuration);
}

TEST_CASE("webhook: over the years, whom the API server was told to believe vouches for what is shown") {
  tell_api_server(1);
  remove(secret);
  auto access = kube::from_kubeconfig(server().kubeconfig("webhook", space));
  REQUIRE(access);
  kube::Client client(std::move(access.value()));
  TlsServer tls;
  Log log(LogLevel::error, LogFormat::json, false);
  auto clock = now();
  webhook::SharedCertificates certificates(
      client, {"greeter-webhook-tls", "greeter-webhook", {"127.0.0.1"}, {}, [&] { return clock; }}, tls, log);
  std::set<std::string> authorities;
  for (int look = 0; look < 61; ++look) {
    const auto error = certificates.step();
    REQUIRE_MESSAGE(!error, (error ? error->message : ""));
    REQUIRE(certificates.expiry());
    CHECK(*certificates.expiry() > clock + 24h * 29);
    const auto data = server().ask("GET", secret)["data"];
    authorities.insert(data["ca.key"].get<std::string>());
    for (const auto& webhook : server().ask("GET", configuration)["webhooks"])
      CHECK(webhook["clientConfig"]["caBundle"] == data["ca.crt"]);
    clock += 24h * 60;
  }
  CHECK(authorities.size() == 2);
  remove(secret); // nobody's clock is there yet
  server().ask("DELETE", configuration);
}

TEST_CASE("webhook: shows the certificate of files, and another as soon as they change") {
  const std::vector<std::string> names{"127.0.0.1"};
  const auto pair = [&](const webhook::Credentials& there) {
    auto made = webhook::renewed(there, names, now());
    REQUIRE(made);
    return *made.value();
  };
  const Folder folder;
  auto credentials = pair({});
  folder.write("tls.crt", credentials.certificate);
  folder.write("tls.key", credentials.key);
  Pod webhook(
      {{"GREETER_WEBHOOK_CERTIFICATE", folder.path("tls.crt")}, {"GREETER_WEBHOOK_KEY", folder.path("tls.key")}});
  const auto shows = [&] {
    const TlsClient client((*webhook).port(), credentials.authorities);
    return client.is_open() && client.certificate() == credentials.certificate;
  };
  CHECK(comes_true(shows));
  folder.write("tls.key", "text"); // for a moment the two don't fit
  credentials.key.clear();
  credentials = pair(credentials);
  folder.write("tls.crt", credentials.certificate);
  folder.write("tls.key", credentials.key);
  CHECK(comes_true(shows));
  CHECK(webhook.is_ready());
}
