#include "operator/admission.hpp"

#include "greeting/customer_json.hpp"
#include "support/classes.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace greeter;
using namespace greeter::test;
using namespace greeter::webhook;
using namespace std::literals;
using nlohmann::json;

namespace {

const Timestamp evening = *parse_time("2026-12-24T18:00:00Z");

json customer(std::string_view stem, const json& spec) {
  return {{"apiVersion", "greeter.parcellab.com/v1alpha1"},
          {"kind", "Customer"},
          {"metadata", {{"name", stem}, {"uid", "of-" + std::string(stem)}}},
          {"spec", spec}};
}

json greeting(std::string_view name, const json& spec, std::string_view space = "customer-c") {
  return {{"apiVersion", "greeter.parcellab.com/v1alpha1"},
          {"kind", "Greeting"},
          {"metadata", {{"name", name}, {"namespace", space}}},
          {"spec", spec}};
}

// As the API server asks.
json asked(const std::string& operation, const json& object, const json& before = nullptr) {
  const auto& any = object.is_null() ? before : object;
  const bool is_customer = any["kind"] == "Customer";
  json request{{"uid", "705ab4f5-6393-11e8-b7cc-42010a800002"},
               {"kind", {{"group", "greeter.parcellab.com"}, {"version", "v1alpha1"}, {"kind", any["kind"]}}},
               {"resource",
                {{"group", "greeter.parcellab.com"},
                 {"version", "v1alpha1"},
                 {"resource", is_customer ? "customers" : "greetings"}}},
               {"name", any["metadata"]["name"]},
               {"operation", operation},
               {"userInfo", {{"username", "admin"}}},
               {"object", object},
               {"oldObject", before},
               {"dryRun", false},
               {"options", {{"kind", "CreateOptions"}}}};
  if (!is_customer) request["namespace"] = any["metadata"]["namespace"];
  return {{"kind", "AdmissionReview"}, {"apiVersion", "admission.k8s.io/v1"}, {"request", std::move(request)}};
}

// As an informer tells of them.
kube::List list(std::vector<json> objects) {
  for (auto& object : objects) object["metadata"]["resourceVersion"] = "1";
  return {std::move(objects), "1"};
}

struct World {
  World(std::initializer_list<json> known = {}) { customers.replace(list(known)); }

  json tell(const json& review_of) const {
    const auto verdict = review(review_of.dump(), customers, evening);
    REQUIRE_MESSAGE(verdict.status == 200, verdict.body);
    const auto body = json::parse(verdict.body);
    CHECK(body["kind"] == "AdmissionReview");
    CHECK(body["apiVersion"] == "admission.k8s.io/v1");
    CHECK(body["response"]["uid"] == review_of["request"]["uid"]);
    CHECK(body["response"]["allowed"] == verdict.allowed);
    return body["response"];
  }
  // Why it is refused; empty: it is not.
  std::string refusal(const json& review_of) const {
    const auto response = tell(review_of);
    if (response["allowed"] == true) {
      CHECK_FALSE(response.contains("status"));
      return {};
    }
    CHECK(response["status"]["status"] == "Failure");
    CHECK(response["status"]["code"] == 422);
    CHECK(response["status"]["reason"] == "Invalid");
    CHECK(response["status"]["details"]["group"] == "greeter.parcellab.com");
    return response["status"]["message"];
  }
  std::string refusal(const json& object, const json& before) const {
    return refusal(asked(before.is_null() ? "CREATE" : "UPDATE", object, before));
  }
  int status(const std::string& body) const { return review(body, customers, evening).status; }

  control::Customers customers{template_of({{"standard", "parcellab.com"}, {"large", "example.net"}})};
};

const json sound{{"name", "C"}, {"greeting", "Moin!"}};

json with(json object, const char* pointer, json value) {
  object[json::json_pointer(pointer)] = std::move(value);
  return object;
}

} // namespace

TEST_CASE("admission: what keeps the rules is let in") {
  const World world;
  const json full{{"name", "Jürgen & Söhne"},
                  {"greeting", "Grüß Gott!"},
                  {"greetings",
                   {{"christmas", {{"text", "Frohe Weihnachten!"}, {"language", "de"}, {"state", "draft"}}},
                    {"sale", {{"text", "Half price"}, {"starts_at", "2026-11-20T00:00:00+01:00"}}}}},
                  {"hosts", {"hello.example.com", "www.example.com"}},
                  {"domain", "example.org"},
                  {"class", "large"},
                  {"deletion", "Retain"}};
  CHECK(world.refusal(customer("customer-c", sound), nullptr) == "");
  CHECK(world.refusal(customer("customer-c", full), nullptr) == "");
  CHECK(world.refusal(customer(std::string(53, 'c'), sound), nullptr) == "");
  CHECK(world.refusal(customer("customer-c", full), customer("customer-c", sound)) == "");
  CHECK(world.refusal(greeting("sale", {{"text", "Half price"}}), nullptr) == "");
  CHECK(world.refusal(greeting("customer-c.sale", {{"text", "Half price"}}, "greeter"), nullptr) == "");
  CHECK(world.refusal(greeting("sale", {{"text", "Half price"}, {"tags", {"a", "b"}}, {"language", "de-AT"}}),
                      greeting("sale", {{"text", "x"}})) == "");
}

TEST_CASE("admission: a fault is told with field, value and rule") {
  const World world;
  const std::tuple<json, std::string> cases[] = {
      {greeting("sale", {{"text", ""}}), R"(spec.text is "": use 1 to 1000 characters, one of them visible)"},
      {greeting("sale", json::object()), "spec.text is missing: use 1 to 1000 characters"},
      {greeting("sale", {{"text", "Hi"}, {"state", "on"}}), R"(spec.state is "on": use one of draft, active, retired)"},
      {greeting("sale", {{"text", "Hi"}, {"tags", {"ok", "Not ok"}}}), R"(spec.tags[1] is "Not ok": use 1 to 63)"},
      {greeting("sale", {{"text", "Hi"}, {"lang", "de"}}), R"(spec.lang is "de": leave it out)"},
      {greeting("sale",
                {{"text", "Hi"}, {"starts_at", "2026-12-24T00:00:00+01:00"}, {"ends_at", "2026-12-23T23:00:00Z"}}),
       R"(spec.ends_at is "2026-12-23T23:00:00Z": use a time after starts_at, 2026-12-23T23:00:00Z)"},
      {greeting("import", {{"text", "Hi"}}), R"(metadata.name is "import": use another)"},
      {greeting("shop.import", {{"text", "Hi"}}), R"(metadata.name is "shop.import": use another)"},
      {greeting("a.b.c", {{"text", "Hi"}}), R"(metadata.name is "a.b.c": use 1 to 63)"},
      {greeting("customer-c.sale", {{"text", "Hi"}}),
       R"(metadata.name is "customer-c.sale": use "sale": the namespace is the customer)"},
      {customer("customer-c", {{"greeting", "Moin!"}}), "spec.name is missing: write at least one visible character"},
      {customer("customer-c", {{"name", 7}, {"greeting", "Moin!"}}), "spec.name is 7: use text"},
      {customer("customer-c", {{"name", "a\nb"}, {"greeting", "Hi"}}), R"(spec.name is "a\nb": write it on one line)"},
      {customer("customer-c", {{"name", "C"}, {"greeting", " \n "}}),
       R"(spec.greeting is " \n ": write at least one visible character)"},
      {customer("customer-c", with(sound, "/hosts", {"ok.example.com", "No.example.com"})),
       R"(spec.hosts[1] is "No.example.com": write one like hello.example.com)"},
      {customer("customer-c", with(sound, "/hosts", {"a.example.com", "a.example.com"})),
       R"(spec.hosts[1] is "a.example.com": leave it out: the customer has that host already)"},
      {customer("customer-c", with(sound, "/hosts", {"customer-c.parcellab.com"})),
       R"(spec.hosts[0] is "customer-c.parcellab.com": leave it out)"},
      {customer("customer-c", with(sound, "/hosts", json(std::vector<std::string>(16, "x")))), "use at most 15 hosts"},
      {customer("customer-c", with(sound, "/domain", "Example.org")),
       R"(spec.domain is "Example.org": write one like parcellab.com)"},
      {customer("customer-c", with(sound, "/greetings", {{"sale", {{"text", ""}}}})),
       R"(spec.greetings.sale.text is "": use 1 to 1000 characters)"},
      {customer("customer-c", with(sound, "/greetings", {{"Not", {{"text", "Hi"}}}})),
       R"(spec.greetings."Not" is "Not": use 1 to 63)"},
      {customer("customer-c", with(sound, "/greetings", {{"events", {{"text", "Hi"}}}})),
       R"(spec.greetings.events is "events": use another)"},
      {customer("customer-c", with(sound, "/deletion", "Orphan")),
       R"(spec.deletion is "Orphan": use one of Delete, Retain)"},
      {customer("customer-c", with(sound, "/class", "a b")), R"(spec.class is "a b": use one of large, standard)"},
      {customer("customer-c", with(sound, "/class", 7)), "spec.class is 7: use one of large, standard"},
      {customer(std::string(54, 'c'), sound), "use 1 to 53 of a-z, 0-9 and -, with no - at either end"},
      {customer("customer.c", sound), R"(metadata.name is "customer.c": use 1 to 53)"},
      {customer("customer-c", "text"), R"(spec is "text": use an object)"},
      {customer("customer-c", nullptr), "spec is null: use an object"},
      {greeting("sale", json::array()), "spec is []: use a JSON object"},
  };
  for (const auto& [object, expected] : cases) {
    const auto why = world.refusal(object, nullptr);
    CAPTURE(why);
    CAPTURE(expected);
    CHECK(why.find(expected) != std::string::npos);
  }
}

TEST_CASE("admission: all faults are told at once, each as a cause, ten at most") {
  const World world;
  auto response = world.tell(
      asked("CREATE", customer("customer-c", {{"name", ""}, {"greeting", ""}, {"hosts", {"A"}}, {"domain", "B"}})));
  const auto& details = response["status"]["details"];
  CHECK(details["kind"] == "Customer");
  CHECK(details["name"] == "customer-c");
  CHECK(details["causes"].size() == 4);
  CHECK(details["causes"][0] == json{{"reason", "FieldValueInvalid"},
                                     {"field", "spec.name"},
                                     {"message", R"("": write at least one visible character)"}});

  json greetings = json::object();
  for (int i = 0; i < 25; ++i) greetings["g" + std::to_string(i)] = {{"text", ""}};
  response = world.tell(asked("CREATE", customer("customer-c", with(sound, "/greetings", greetings))));
  CHECK(response["status"]["details"]["causes"].size() == 11);
  const std::string message = response["status"]["message"];
  CHECK(message.ends_with("; and 15 more"));
  CHECK(std::count(message.begin(), message.end(), ';') == 10);
  CHECK(message.size() < 2000);
}

TEST_CASE("admission: a long or strange value does not make a long or broken message") {
  const World world;
  for (const auto& value : {json(std::string(100'000, 'x')), json("\x1b[2J\n\0x"s), json(std::vector<int>(9999, 1))}) {
    const auto why = world.refusal(greeting("sale", {{"text", value}}), nullptr);
    CHECK(why.size() < 200);
    CHECK(why.find('\n') == std::string::npos);
    CHECK(why.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("admission: a change that leaves the spec as it is always passes") {
  const World world{customer("customer-a", sound)};
  const auto bad = customer("customer-c", {{"name", "C"}, {"greeting", ""}, {"hosts", {"customer-a.parcellab.com"}}});
  CHECK(world.refusal(bad, nullptr) != "");
  CHECK(world.refusal(with(bad, "/metadata/finalizers", json::array()), bad) == "");
  CHECK(world.refusal(with(bad, "/status", {{"namespace", "x"}}), bad) == "");
  CHECK(world.refusal(with(bad, "/spec/greeting", " "), bad) != "");
  const auto worse = greeting("sale", {{"text", ""}});
  CHECK(world.refusal(with(worse, "/metadata/labels", {{"a", "b"}}), worse) == "");
}

TEST_CASE("admission: deletions and subresources pass") {
  const World world;
  CHECK(world.refusal(asked("DELETE", nullptr, customer("customer-c", json::object()))) == "");
  auto status = asked("UPDATE", customer("customer-c", json::object()), customer("customer-c", sound));
  status["request"]["subResource"] = "status";
  CHECK(world.refusal(status) == "");
}

TEST_CASE("admission: a dry run is told the same") {
  const World world;
  auto bad = asked("CREATE", greeting("sale", {{"text", ""}}));
  const auto why = world.refusal(bad);
  bad["request"]["dryRun"] = true;
  CHECK(world.refusal(bad) == why);
}

TEST_CASE("admission: names and hosts belong to one customer") {
  const auto a = customer("customer-a", {{"name", "A"}, {"greeting", "Hi!"}, {"hosts", {"hello.example.com"}}});
  const World world{a};
  const auto another = [&](const char* pointer, json value) {
    return world.refusal(customer("customer-c", with(sound, pointer, std::move(value))), nullptr);
  };
  CHECK(another("/name", "A") == R"(spec.name is "A": use another: customer "customer-a" has it)");
  CHECK(another("/hosts", {"www.example.com", "hello.example.com"}) ==
        R"(spec.hosts[1] is "hello.example.com": use another: customer "customer-a" has it)");
  CHECK(another("/hosts", {"customer-a.parcellab.com"}) ==
        R"(spec.hosts[0] is "customer-a.parcellab.com": use another: customer "customer-a" has it)");
  CHECK(another("/hosts", {"www.example.com"}) == "");
  CHECK(world.refusal(customer("hello", with(sound, "/domain", "example.com")), nullptr) ==
        R"(metadata.name is "hello.example.com": use another: customer "customer-a" has it)");
  const auto response = world.tell(asked("CREATE", customer("customer-c", with(sound, "/name", "A"))));
  CHECK(response["status"]["details"]["causes"][0]["reason"] == "FieldValueDuplicate");
  CHECK(world.refusal(with(a, "/spec/greeting", "Hello!"), a) == ""); // its own
}

TEST_CASE("admission: a customer's host is below the domain of its class") {
  const auto a = customer("customer-a", {{"name", "A"}, {"greeting", "Hi!"}, {"class", "large"}});
  const World world{a};
  const auto another = [&](const json& spec) { return world.refusal(customer("customer-c", spec), nullptr); };
  const std::string taken = R"(spec.hosts[0] is "customer-a.example.net": use another: customer "customer-a" has it)";
  CHECK(another(with(sound, "/hosts", {"customer-a.example.net"})) == taken);
  CHECK(another(with(sound, "/hosts", {"customer-a.parcellab.com"})) == "");
  CHECK(another(with(with(sound, "/class", "large"), "/hosts", {"customer-c.example.net"})) ==
        R"(spec.hosts[0] is "customer-c.example.net": leave it out: the customer has that host already)");
  CHECK(another(with(with(sound, "/class", "large"), "/hosts", {"customer-c.parcellab.com"})) == "");

  const auto b = customer("customer-b", {{"name", "B"}, {"greeting", "Hi!"}, {"hosts", {"customer-c.example.net"}}});
  const World crowded{a, b};
  const auto c = customer("customer-c", sound);
  CHECK(crowded.refusal(c, nullptr) == "");
  CHECK(crowded.refusal(with(c, "/spec/class", "large"), c) ==
        R"(metadata.name is "customer-c.example.net": use another: customer "customer-b" has it)");
}

TEST_CASE("admission: when a class gets another domain, hosts are taken and free by that") {
  World world{customer("customer-a", {{"name", "A"}, {"greeting", "Hi!"}, {"class", "large"}})};
  world.customers.use(template_of({{"standard", "parcellab.com"}, {"large", "example.com"}}));
  const auto with_host = [&](const char* host) {
    return world.refusal(customer("customer-c", with(sound, "/hosts", {host})), nullptr);
  };
  CHECK(with_host("customer-a.example.net") == "");
  CHECK(with_host("customer-a.example.com") != "");
}

TEST_CASE("admission: a class that there is not is refused, with those that there are") {
  const World world;
  const auto why = R"(spec.class is "gold": use one of large, standard)";
  const auto gold = customer("customer-c", with(sound, "/class", "gold"));
  CHECK(world.refusal(gold, nullptr) == why);
  CHECK(world.refusal(gold, customer("customer-c", sound)) == why);
  CHECK(world.refusal(gold, customer("customer-c", with(sound, "/class", "silver"))) == why);
  CHECK(world.tell(asked("CREATE", gold))["status"]["details"]["causes"][0]["field"] == "spec.class");
  World other;
  other.customers.use(template_of({{"gold", "example.org"}}));
  CHECK(other.refusal(gold, nullptr) == "");
  CHECK(other.refusal(customer("customer-c", sound), nullptr) == R"(spec.class is "standard": use one of gold)");
}

TEST_CASE("admission: a customer whose class has gone can be changed all the same, let go of and deleted") {
  const auto left = customer("customer-c", with(sound, "/class", "gold"));
  const World world{left, customer("customer-a", {{"name", "A"}, {"greeting", "Hi!"}})};
  CHECK(world.refusal(with(left, "/metadata/finalizers", json::array()), left) == "");
  CHECK(world.refusal(with(left, "/spec/class", "large"), left) == "");
  CHECK(world.refusal(asked("DELETE", nullptr, left)) == "");
  const auto retained = world.tell(asked("UPDATE", with(left, "/spec/deletion", "Retain"), left));
  CHECK(retained["allowed"] == true);
  CHECK(retained["warnings"] ==
        json{R"(spec.class is "gold": use one of large, standard; until then it stays as it runs)"});
  // All other rules hold, and what it has stays its own.
  CHECK(world.refusal(with(left, "/spec/name", "A"), left) ==
        R"(spec.name is "A": use another: customer "customer-a" has it)");
  CHECK(world.refusal(customer("customer-d", sound), nullptr) ==
        R"(spec.name is "C": use another: customer "customer-c" has it)");
}

TEST_CASE("admission: whoever has a name already may keep it, whatever somebody else did meanwhile") {
  const auto a = customer("customer-a", {{"name", "A"}, {"greeting", "Hi!"}, {"hosts", {"hello.example.com"}}});
  const auto b = customer("customer-b", {{"name", "A"}, {"greeting", "Hi!"}, {"hosts", {"hello.example.com"}}});
  const World world{a, b};
  CHECK(world.refusal(with(a, "/spec/greeting", "Hello!"), a) == "");
  CHECK(world.refusal(with(b, "/spec/greeting", "Hello!"), b) == "");
  const auto moved = with(b, "/spec/name", "B");
  CHECK(world.refusal(moved, b) == "");
  CHECK(world.refusal(b, moved) != "");
}

TEST_CASE("admission: a sound greeting that can never be given is let in with a warning") {
  const World world;
  const json past{{"text", "Hi"}, {"ends_at", "2026-12-24T18:00:00Z"}};
  auto response = world.tell(asked("CREATE", greeting("sale", past)));
  CHECK(response["allowed"] == true);
  CHECK(response["warnings"] == json{"spec.ends_at is 2026-12-24T18:00:00Z, which is past: it will never be given"});
  response = world.tell(asked("CREATE", customer("customer-c", with(sound, "/greetings", {{"sale", past}}))));
  CHECK(response["warnings"].size() == 1);
  for (const auto& quiet : {with(past, "/state", "retired"), with(past, "/ends_at", "2026-12-24T18:00:00.001Z")})
    CHECK_FALSE(world.tell(asked("CREATE", greeting("sale", quiet))).contains("warnings"));
}

TEST_CASE("admission: until the customers were read, only customers have to wait") {
  const control::Customers unknown(template_of({{"standard", "parcellab.com"}}));
  const auto status = [&](const json& review_of) { return review(review_of.dump(), unknown, evening).status; };
  CHECK(status(asked("CREATE", customer("customer-c", sound))) == 503);
  CHECK(status(asked("CREATE", greeting("sale", {{"text", "Hi"}}))) == 200);
  CHECK(status(asked("DELETE", nullptr, customer("customer-c", sound))) == 200);
  CHECK(status(asked("UPDATE", customer("customer-c", sound), customer("customer-c", sound))) == 200);
}

TEST_CASE("admission: what is no review of ours is refused as a request") {
  const World world;
  const auto good = asked("CREATE", greeting("sale", {{"text", "Hi"}}));
  CHECK(world.status(good.dump()) == 200);
  for (const auto* body : {"", "{", "null", "[]", "{}", "7", "\"\"", "{\"a\":1,\"a\":2}"}) {
    CAPTURE(body);
    CHECK(world.status(body) == 400);
  }
  const std::pair<const char*, json> broken[] = {{"/apiVersion", "admission.k8s.io/v1beta1"},
                                                 {"/kind", "Pod"},
                                                 {"/request", nullptr},
                                                 {"/request", json::array()},
                                                 {"/request/uid", ""},
                                                 {"/request/uid", 7},
                                                 {"/request/operation", nullptr},
                                                 {"/request/resource/resource", "pods"},
                                                 {"/request/resource/group", ""},
                                                 {"/request/object", nullptr},
                                                 {"/request/object", "text"}};
  for (const auto& [pointer, value] : broken) {
    CAPTURE(pointer);
    CHECK(world.status(with(good, pointer, value).dump()) == 400);
  }
  CHECK(world.status(std::string(3'000'000, '[')) == 400);
  const auto deep = good.dump();
  CHECK(world.status(deep.substr(0, deep.size() - 1) + ",\"x\":" + std::string(500'000, '[') +
                     std::string(500'000, ']') + "}") == 400);
}

TEST_CASE("admission: text that is cut anywhere is refused, never let in") {
  const World world;
  const auto whole = asked("CREATE", customer("customer-c", sound)).dump();
  for (std::size_t cut = 0; cut < whole.size(); ++cut) CHECK(world.status(whole.substr(0, cut)) == 400);
}

TEST_CASE("the codec of customers reads what files of customers have") {
  const auto read = read_customer({{"name", "C"},
                                   {"greeting", "Moin!"},
                                   {"greetings", {{"sale", {{"text", "Half price"}}}}},
                                   {"hosts", {"hello.example.com"}},
                                   {"domain", nullptr},
                                   {"class", "standard"}},
                                  "customer-c", "parcellab.com", std::array<std::string_view, 1>{"class"});
  CHECK(read.faults.empty());
  CHECK(read.customer.id == "customer-c");
  CHECK(read.customer.hosts == std::vector<std::string>{"customer-c.parcellab.com", "hello.example.com"});
  REQUIRE(read.customer.greetings.size() == 1);
  CHECK(read.customer.greetings[0].id == "sale");
  CHECK(read.customer.greetings[0].origin == Origin::configuration);
  const auto unknown = read_customer({{"name", "C"}, {"greetings", 1}, {"greting", "Moin!"}}, "customer-c", "p.com");
  REQUIRE(unknown.faults.size() == 3);
  CHECK(to_string(unknown.faults[0]) == R"("greting" is "Moin!": did you mean greeting?)");
  CHECK(to_string(unknown.faults[2]) == "greetings is 1: use an object of ids and greetings");
}
