#include "operator/template.hpp"

#include "operator/kinds.hpp"
#include "support/classes.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace greeter::control {

namespace {

// A class with one object of each form that matters.
Json standard() {
  const auto metadata = [](const char* name) { return Json{{"name", name}, {"namespace", "__CUSTOMER__"}}; };
  return {{"domain", "parcellab.com"},
          {"quota", {{"hard", {{"pods", "20"}}}}},
          {"objects",
           {{{"apiVersion", "networking.k8s.io/v1"},
             {"kind", "Ingress"},
             {"metadata", metadata("greeter-__CUSTOMER__")},
             {"spec",
              {{"tls", {{{"hosts", {"__CUSTOMER__.__DOMAIN__"}}, {"secretName", "greeter-__CUSTOMER__-tls"}}}},
               {"rules", {{{"host", "__CUSTOMER__.__DOMAIN__"}, {"http", {{"paths", {{{"path", "/"}}}}}}}}}}}},
            {{"apiVersion", "apps/v1"},
             {"kind", "Deployment"},
             {"metadata", metadata("greeter-__CUSTOMER__")},
             {"spec",
              {{"template",
                {{"metadata", {{"annotations", {{"name", "__NAME__"}}}}},
                 {"spec",
                  {{"containers",
                    {{{"name", "greeter"}, {"env", {{{"name", "CUSTOMER_NAME"}, {"value", "__NAME__"}}}}}}}}}}}}}},
            {{"apiVersion", "v1"},
             {"kind", "Secret"},
             {"metadata", metadata("greeter-__CUSTOMER__-tokens")},
             {"stringData", {{"tokens", "editor __TOKEN__\nreader __TOKEN__\n"}}}},
            {{"apiVersion", "v1"},
             {"kind", "ConfigMap"},
             {"metadata", {{"name", "greeter-__CUSTOMER__"}, {"namespace", "__CUSTOMER__"}, {"annotations", nullptr}}},
             {"data", {{"__CUSTOMER__.yaml", "customer:\n  name: __NAME__\n"}}}}}}};
}

Template made_of(const Json& value) {
  auto parsed = Template::parse(Json{{"classes", {{"standard", value}}}}.dump());
  REQUIRE_MESSAGE(parsed, (parsed ? "" : parsed.error().message));
  return std::move(parsed.value());
}

std::string fault_of(const Json& value) {
  const auto parsed = Template::parse(Json{{"classes", {{"standard", value}}}}.dump());
  return parsed ? "" : parsed.error().message;
}

const Customer customer_b{"customer-b", "B", "Hey", {"customer-b.example.com", "b.shop", "hello.b.shop"}, {}};
const Json spec_b{{"name", "B"}, {"greeting", "Hey"}, {"hosts", {"b.shop", "hello.b.shop"}}, {"domain", "example.com"}};

Json object_of(const std::vector<Wanted>& all, const std::string& kind) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Wanted& one) { return one.object["kind"] == kind; });
  REQUIRE(found != all.end());
  return found->object;
}

} // namespace

TEST_CASE("a template is filled in the order in which objects need each other, all with the customer's label") {
  const auto all = made_of(standard()).fill(customer_b, spec_b);
  std::vector<std::string> kinds;
  for (const auto& one : all) {
    kinds.push_back(one.object["kind"]);
    CHECK(one.object["metadata"]["labels"][customer_label] == "customer-b");
    CHECK(one.object["metadata"]["annotations"][hash_annotation] == one.hash);
    CHECK(one.name == one.object["metadata"]["name"]);
    if (one.kind > 0) CHECK(one.object["metadata"]["namespace"] == "customer-b");
  }
  CHECK(kinds ==
        std::vector<std::string>{"Namespace", "ResourceQuota", "Secret", "ConfigMap", "Deployment", "Ingress"});
  CHECK(object_of(all, "Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted");
  CHECK(object_of(all, "ResourceQuota")["spec"] == Json{{"hard", {{"pods", "20"}}}});
}

TEST_CASE("what holds the host is there once for each host, and the customer's own domain beats the class's") {
  const auto ingress = object_of(made_of(standard()).fill(customer_b, spec_b), "Ingress");
  CHECK(ingress["metadata"]["name"] == "greeter-customer-b");
  CHECK(ingress["spec"]["tls"] == Json::array({{{"hosts", {"customer-b.example.com", "b.shop", "hello.b.shop"}},
                                                {"secretName", "greeter-customer-b-tls"}}}));
  REQUIRE(ingress["spec"]["rules"].size() == 3);
  CHECK(ingress["spec"]["rules"][0]["host"] == "customer-b.example.com");
  CHECK(ingress["spec"]["rules"][2] == Json{{"host", "hello.b.shop"}, {"http", {{"paths", {{{"path", "/"}}}}}}});
}

TEST_CASE("a name is put in as it is, and so that containers are given just that") {
  auto customer = customer_b;
  customer.name = "$(HOME) __DOMAIN__ \"$$\"";
  const auto pod = object_of(made_of(standard()).fill(customer, spec_b), "Deployment")["spec"]["template"];
  CHECK(pod["metadata"]["annotations"]["name"] == "$(HOME) __DOMAIN__ \"$$\"");
  CHECK(pod["spec"]["containers"][0]["env"][0]["value"] == "$$(HOME) __DOMAIN__ \"$$$$\"");
}

TEST_CASE("the customer's file holds what the object says") {
  const auto map = object_of(made_of(standard()).fill(customer_b, spec_b), "ConfigMap");
  CHECK_FALSE(map["metadata"]["annotations"].is_null());
  const auto file = Json::parse(map["data"]["customer-b.yaml"].get<std::string>());
  CHECK(
      file ==
      Json{{"customer",
            {{"name", "B"}, {"greeting", "Hey"}, {"greetings", Json::object()}, {"hosts", {"b.shop", "hello.b.shop"}}}},
           {"domain", "example.com"}});
}

TEST_CASE("each token is another one, each time") {
  const auto made_by = made_of(standard());
  const auto tokens = [&] {
    return object_of(made_by.fill(customer_b, spec_b), "Secret")["stringData"]["tokens"].get<std::string>();
  };
  const auto once = tokens();
  CHECK(once.size() == std::string("editor \nreader \n").size() + 80);
  CHECK(once.substr(7, 40) != once.substr(55, 40));
  CHECK(once != tokens());
}

TEST_CASE("the hash of what is wanted is the same as long as that is") {
  const auto made_by = made_of(standard());
  const auto hashes = [&](const Json& spec) {
    std::vector<std::string> out;
    for (const auto& one : made_by.fill(customer_b, spec))
      if (!managed_kinds()[one.kind].secret) out.push_back(one.hash);
    return out;
  };
  auto changed = spec_b;
  changed["greeting"] = "Hello";
  const auto before = hashes(spec_b), after = hashes(changed);
  CHECK(before == hashes(spec_b));
  CHECK(std::mismatch(before.begin(), before.end(), after.begin()).first == before.begin() + 2); // the ConfigMap
  CHECK(before[3] == after[3]);
}

TEST_CASE("what a spec says is read by its class, and a class that there is not is a fault") {
  const auto made_by = test::template_of({{"standard", "parcellab.com"}, {"large", "example.net"}});
  const auto hosts = [&](Json spec) {
    spec["name"] = spec["greeting"] = "B";
    const auto read = made_by->read(spec, "b");
    CHECK(read.faults.empty());
    return read.customer.hosts;
  };
  using Hosts = std::vector<std::string>;
  CHECK(hosts(Json::object()) == Hosts{"b.parcellab.com"});
  CHECK(hosts({{"class", nullptr}}) == Hosts{"b.parcellab.com"});
  CHECK(hosts({{"class", "large"}, {"hosts", {"b.shop"}}}) == Hosts{"b.example.net", "b.shop"});
  CHECK(hosts({{"class", "large"}, {"domain", "shop"}}) == Hosts{"b.shop"});
  CHECK(hosts({{"class", "gold"}, {"domain", "shop"}}) == Hosts{"b.shop"});
  CHECK(hosts({{"class", "gold"}, {"hosts", {"hello.shop"}}}) == Hosts{"hello.shop"});
  const auto fault = [&](const Json& spec) {
    const auto found = made_by->class_fault(spec);
    return found ? in_words(*found) : "";
  };
  for (const auto& spec : {Json(), Json::object(), Json{{"class", nullptr}}, Json{{"class", "large"}}})
    CHECK(fault(spec).empty());
  CHECK(fault({{"class", "gold"}}) == "spec.class is \"gold\": use one of large, standard");
  CHECK(fault({{"class", ""}}) == "spec.class is \"\": use one of large, standard");
  CHECK(fault({{"class", 7}}) == "spec.class is 7: use one of large, standard");
}

TEST_CASE("a template that makes no sense is refused by what is wrong with it") {
  CHECK(Template::parse("").error().message.starts_with("the template holds no classes"));
  CHECK(Template::parse(R"({"classes": {}})").error().message.starts_with("the template holds no classes"));
  auto value = standard();
  value.erase("domain");
  CHECK(fault_of(value).starts_with("the template's class \"standard\" has no domain"));
  value = standard();
  value["objects"][0]["kind"] = "Node";
  CHECK(fault_of(value) == "the template's class \"standard\" holds a Node of networking.k8s.io/v1, a kind that the "
                           "operator does not look after");
  value = standard();
  value["objects"][0]["metadata"]["namespace"] = "kube-system";
  CHECK(fault_of(value) == "the template's class \"standard\" holds Ingress greeter-__CUSTOMER__ outside of the "
                           "namespace __CUSTOMER__");
  value = standard();
  value["objects"][0] = 1;
  CHECK(fault_of(value) == "the template's class \"standard\" holds an object without metadata.name: 1");
}

} // namespace greeter::control
