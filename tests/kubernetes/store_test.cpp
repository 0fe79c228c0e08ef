// What only a store on Kubernetes can meet: people with kubectl, an API server that goes away or forgets, rights.
#include "contract/suite/follower.hpp"
#include "http/running.hpp"
#include "kube/access.hpp"
#include "kubernetes/shared.hpp"
#include "store/kubernetes/kubernetes_store.hpp"
#include "store/rules.hpp"
#include "support/proxy.hpp"
#include "support/within_a_day.hpp"

#include <algorithm>
#include <optional>

using namespace greeter;
using namespace greeter::test;

namespace {

using kubernetes::Json;

std::string path_of(const std::string& space, const std::string& name = "") {
  return "/apis/greeter.parcellab.com/v1alpha1/namespaces/" + space + "/greetings" + (name.empty() ? "" : "/" + name);
}

Json object_of(const std::string& name, const Json& spec) {
  return {{"apiVersion", "greeter.parcellab.com/v1alpha1"},
          {"kind", "Greeting"},
          {"metadata", {{"name", name}, {"labels", {{"team", "blue"}}}}},
          {"spec", spec}};
}

std::string url_of(const std::string& space, const std::string& user = "admin") {
  return "kubernetes:?kubeconfig=" + shared_server().kubeconfig(user, space);
}

// Through somebody between, and less patient than usual.
std::unique_ptr<Store> open_through(const Proxy& proxy, const std::string& space) {
  auto access = kube::from_kubeconfig(shared_server().kubeconfig("admin", space, proxy.port()));
  REQUIRE_MESSAGE(access, access.error().message);
  access.value().connect_timeout = access.value().timeout = std::chrono::seconds(2);
  return std::make_unique<kubernetes::KubernetesStore>(std::move(access.value()), StoreOptions{});
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// How long it takes until something is so.
template <class Condition> std::chrono::milliseconds time_until(const std::string& what, Condition condition) {
  const auto began = Clock::now();
  eventually(what, condition);
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
}

// What the API server takes and a greeting does not.
constexpr auto senseless_time = "0000-01-01T00:00:00Z";

void make(const std::string& space, const std::string& name, const Json& spec) {
  const auto made = shared_server().ask("POST", path_of(space), object_of(name, spec));
  REQUIRE_MESSAGE(made.value("kind", "") == "Greeting", made.dump());
}

std::string condition_of(const std::string& space, const std::string& name) {
  const auto object = shared_server().ask("GET", path_of(space, name));
  if (!object.contains("status")) return "";
  const auto& condition = object["status"]["conditions"][0];
  return condition["status"].get<std::string>() + " " + condition["message"].get<std::string>();
}

} // namespace

TEST_CASE("what kubectl does is live within a second") {
  const auto space = new_space();
  const auto store = open(url_of(space), {.wait = patience});
  Follower follower(*store);
  const auto& server = shared_server();
  make(space, "x", {{"text", "1"}});
  eventually("it is not told", [&] { return follower.texts() == "x=1 "; });
  auto best = std::chrono::milliseconds::max(); // of a few: the machine may be busy
  for (const std::string text : {"2", "3", "4"}) {
    server.ask("PATCH", path_of(space, "x"), {{"spec", {{"text", text}}}});
    best = std::min(best, time_until("the change is not told", [&] { return follower.texts() == "x=" + text + " "; }));
  }
  CHECK(best < std::chrono::seconds(1));
  CHECK(store->load().value().greetings[0].customer == space);
  server.ask("DELETE", path_of(space, "x"));
  eventually("the end is not told", [&] { return follower.texts().empty(); });
  CHECK(follower.replaced == 0);
  const auto history = store->changes_after(space, 0, 10).value();
  REQUIRE(history.changes.size() == 5);
  CHECK(history.changes[4].kind == Write::Kind::erase);
  CHECK(history.changes[4].greeting.text == "4");
}

TEST_CASE("a greeting that kubectl made is changed and deleted by its id, and keeps what others put there") {
  const auto space = new_space();
  const auto& server = shared_server();
  make(space, "x", {{"text", "1"}, {"language", "de"}, {"tags", {"b", "a"}}});
  const auto store = open(url_of(space), {.wait = patience});
  const auto there = store->load().value().greetings.at(0);
  CHECK(there.greeting.tags == std::vector<std::string>{"a", "b"});
  const auto changed = write(*store, put(space, "x", "2", there.greeting.revision));
  REQUIRE_MESSAGE(changed, changed.error().message);
  CHECK(changed.value().greeting.created_at == there.greeting.created_at);
  const auto object = server.ask("GET", path_of(space, "x"));
  CHECK(object["metadata"]["labels"]["team"] == "blue");
  CHECK(object["spec"]["text"] == "2");
  CHECK_FALSE(object["spec"].contains("language"));
  CHECK_FALSE(object.contains("status"));
  REQUIRE(write(*store, erase(space, "x")));
  CHECK(server.ask("GET", path_of(space, "x"))["code"] == 404);
  REQUIRE(write(*store, put(space, "x", "again", 0)));
  CHECK(server.ask("GET", path_of(space, "x"))["spec"]["text"] == "again");
}

TEST_CASE("an object that breaks a rule is left out, says so, and takes part when it is mended") {
  const auto space = new_space();
  const auto store = open(url_of(space), {.wait = patience});
  Follower follower(*store);
  const auto& server = shared_server();
  make(space, "x", {{"text", "1"}});
  make(space, "broken", {{"text", "1"}, {"starts_at", senseless_time}});
  make(space, space + ".x", {{"text", "twice"}});
  make(space, "y", {{"text", "2"}});
  eventually("the others are not told", [&] { return follower.texts() == "x=1 y=2 "; });
  CHECK(holds(follower.refusals(), "broken: spec.starts_at is \"0000-"));
  CHECK(holds(follower.refusals(), space + ".x: metadata.name is"));
  CHECK(store->status().refused == 2);
  eventually("the object does not say so",
             [&] { return holds(condition_of(space, "broken"), "False spec.starts_at is \"0000-"); });
  server.ask("PATCH", path_of(space, "broken"), {{"spec", {{"starts_at", nullptr}}}});
  eventually("it is not told", [&] { return follower.texts() == "broken=1 x=1 y=2 "; });
  eventually("the object does not say so", [&] { return holds(condition_of(space, "broken"), "True "); });
  server.ask("PATCH", path_of(space, "x"), {{"spec", {{"starts_at", senseless_time}}}});
  eventually("it still takes part", [&] { return follower.texts() == "broken=1 y=2 "; });
  const auto mended = write(*store, put(space, "x", "3", 0)); // as if there were none
  REQUIRE_MESSAGE(mended, mended.error().message);
  CHECK(follower.texts() == "broken=1 x=3 y=2 ");
}

TEST_CASE("instances that share a namespace hear of each other's changes, and one of two wins") {
  const auto space = new_space();
  const auto a = open(url_of(space), {.wait = patience}), b = open(url_of(space), {.wait = patience});
  Follower at_a(*a), at_b(*b);
  auto last = write(*a, put("c", "x", "0", 0));
  for (int i = 1; i <= 20; ++i) { // b has perhaps not heard of it yet
    last = write(i % 2 ? *b : *a, put("c", "x", std::to_string(i), last.value().sequence));
    REQUIRE_MESSAGE(last, last.error().message);
  }
  CHECK(outcome(write(*b, put("c", "x", "late", last.value().sequence - 1))) == "conflict");
  eventually("a does not hear of it", [&] { return at_a.texts() == "x=20 "; });
  eventually("b does not hear of it", [&] { return at_b.texts() == "x=20 "; });
  REQUIRE(write(*a, erase("c", "x")));
  CHECK(outcome(write(*b, erase("c", "x"))) == "not found");
  CHECK(outcome(write(*b, confirm("c", "x", 0))) == "ok");
  CHECK(at_a.replaced + at_b.replaced == 0);
}

TEST_CASE("an API server that is restarted under load: reads go on, nothing acknowledged is lost") {
  const auto space = new_space();
  const auto store = open(url_of(space), {.wait = patience});
  Follower follower(*store);
  std::atomic<int> failed_reads = 0, done = 0;
  std::atomic<bool> over = false;
  std::map<std::string, std::string> acknowledged;
  {
    const std::jthread reader([&] {
      while (!over) failed_reads += store->load() ? 0 : 1;
    });
    std::jthread writer([&] {
      for (int i = 0; !over; ++i) {
        const auto id = "g" + std::to_string(i % 50), text = std::to_string(i);
        if (!write(*store, put("c", id, text))) continue;
        acknowledged[id] = text;
        ++done;
      }
    });
    const auto goes_on = [&] {
      eventually("nothing is written", [&, before = done.load()] { return done > before + 20; });
    };
    goes_on();
    {
      const Outage outage;
      eventually("nobody is told that it is away", [&] { return follower.gone == 1; });
      eventually("writes are not refused at once", [&] { // the last one may wait for its answer to come true
        const auto began = Clock::now();
        return outcome(write(*store, put("c", "away", "no"))) == "unavailable" &&
               Clock::now() - began < std::chrono::seconds(2);
      });
      CHECK(store->load());
    }
    goes_on();
    over = true;
  }
  CHECK(failed_reads == 0);
  CHECK(follower.back == 1);
  CHECK(store->status().reconnects == 1);
  const auto objects = shared_server().ask("GET", path_of(space))["items"];
  std::string there, known;
  for (const auto& object : objects)
    there +=
        object["metadata"]["name"].get<std::string>().substr(2) + "=" + object["spec"]["text"].get<std::string>() + " ";
  const auto contents = store->load().value();
  for (const auto& [customer, greeting] : contents.greetings) known += greeting.id + "=" + greeting.text + " ";
  CHECK(known == there);
  CHECK(follower.texts() == there);
  for (const auto& [id, text] : acknowledged) { // or what a later write brought, whose answer was lost
    const auto at = there.find(id + "=");
    REQUIRE(at != std::string::npos);
    CHECK(std::stoi(there.substr(at + id.size() + 1)) >= std::stoi(text));
  }
}

TEST_CASE("a store that is away at the start is told of when it is there") {
  const auto space = new_space();
  REQUIRE(write(*open(url_of(space), {.wait = patience}), put("c", "x", "kept")));
  std::optional<Outage> outage(std::in_place);
  const auto store = open(url_of(space));
  const auto began = Clock::now();
  CHECK(store->load().error().code == ErrorCode::unavailable);
  CHECK(Clock::now() - began < std::chrono::seconds(5));
  CHECK_FALSE(store->status().loaded);
  Follower follower(*store);
  CHECK(outcome(write(*store, put("c", "x", "no"))) == "unavailable");
  CHECK_FALSE(store->changes_after("c", 0, 1));
  CHECK(store->add({"s", 1, {}}));
  outage.reset();
  eventually("it is not read", [&] { return follower.texts() == "x=kept "; });
  CHECK(follower.replaced == 1);
  CHECK(store->status().resets == 0);
  write_at_last(*store, put("c", "x", "new"));
}

TEST_CASE("a watch that is cut goes on where it was") {
  const auto space = new_space();
  Proxy proxy(shared_server().port());
  const auto store = open_through(proxy, space);
  REQUIRE(store->load());
  Follower follower(*store);
  const auto start = store->load().value().sequence;
  std::string expected;
  for (int i = 0; i < 10; ++i) {
    proxy.cut();
    make(space, "c.x" + std::to_string(i), {{"text", "1"}});
    expected += "x" + std::to_string(i) + "=1 ";
    eventually("it is not told", [&] { return follower.texts() == expected; });
  }
  CHECK(follower.replaced == 0);
  CHECK(store->changes_after("c", start, 100).value().complete);
  CHECK(store->changes_after("c", start, 100).value().changes.size() == 10);
}

TEST_CASE("what the API server has forgotten is read anew, and the log does not go back behind it") {
  const auto space = new_space();
  Proxy proxy(shared_server().port());
  const auto store = open_through(proxy, space);
  REQUIRE(store->load());
  Follower follower(*store);
  const auto before = write(*store, put("c", "x", "1")).value().sequence;
  proxy.refuse(true);
  proxy.cut();
  eventually("it is not away", [&] { return follower.gone == 1; });
  shared_server().ask("DELETE", path_of(space, "c.x"));
  make(space, "c.y", {{"text", "2"}});
  shared_server().compact();
  {
    const Outage forgets;
  } // what its memory holds of the past
  proxy.refuse(false);
  eventually("it is not read anew", [&] { return follower.texts() == "y=2 "; });
  CHECK(follower.replaced == 1);
  CHECK(store->status().resets == 1);
  CHECK_FALSE(store->changes_after("c", before, 10).value().complete);
  const auto now = store->load().value().sequence;
  CHECK(write_at_last(*store, put("c", "z", "3")).sequence > now);
  CHECK(store->changes_after("c", now, 10).value().changes.size() == 1);
}

TEST_CASE("a write whose answer does not come is uncertain, and is seen when it was done") {
  const auto space = new_space();
  Proxy proxy(shared_server().port());
  const auto store = open_through(proxy, space);
  REQUIRE(store->load());
  Follower follower(*store);
  REQUIRE(write(*store, put("c", "x", "1")));
  proxy.hold_answers(true);
  CHECK(outcome(write(*store, put("c", "x", "2"))) == "uncertain");
  const auto began = Clock::now();
  CHECK(outcome(write(*store, put("c", "x", "3"))) == "unavailable"); // and at once
  CHECK(Clock::now() - began < std::chrono::milliseconds(1500));      // a request has 2 s
  proxy.hold_answers(false);
  proxy.cut();
  eventually("what was done is not told", [&] { return follower.texts() == "x=2 "; });
  write_at_last(*store, put("c", "x", "4"));
  CHECK(follower.texts() == "x=4 ");
}

TEST_CASE("who lacks a right is told which") {
  const auto space = new_space();
  const auto& server = shared_server();
  const std::vector<std::string> greetings{"greetings"}, group{"greeter.parcellab.com"};
  const auto nothing = open(url_of(space, "nobody-" + space))->load();
  REQUIRE_FALSE(nothing);
  CAPTURE(nothing.error().message);
  CHECK(nothing.error().code == ErrorCode::unavailable);
  CHECK(holds(nothing.error().message, "cannot list resource \"greetings\""));

  const auto reader = "reader-" + space;
  server.grant(reader, space, {{{"apiGroups", group}, {"resources", greetings}, {"verbs", {"get", "list", "watch"}}}});
  const auto store = open(url_of(space, reader), {.wait = patience});
  Follower follower(*store);
  REQUIRE(store->load());
  const auto refused = write(*store, put("c", "x", "1"));
  REQUIRE_FALSE(refused);
  CAPTURE(refused.error().message);
  CHECK(refused.error().code == ErrorCode::unavailable);
  CHECK(holds(refused.error().message, "cannot create resource \"greetings\""));
  const auto uncounted = store->add({"s", 1, {}});
  REQUIRE(uncounted);
  CHECK(holds(uncounted->message, "configmaps"));
  make(space, "c.x", {{"text", "1"}});
  eventually("it is not told", [&] { return follower.texts() == "x=1 "; });
}

TEST_CASE("what a quota refuses is refused alone, and says why") {
  const auto space = new_space();
  const auto quotas = "/api/v1/namespaces/" + space + "/resourcequotas";
  const Json few{{"count/greetings.greeter.parcellab.com", "1"}};
  const auto& server = shared_server();
  make(space, "c.x", {{"text", "1"}});
  server.ask("POST", quotas, {{"metadata", {{"name", "few"}}}, {"spec", {{"hard", few}}}});
  server.ask("PATCH", quotas + "/few/status", {{"status", {{"hard", few}, {"used", few}}}}); // what a controller does
  const auto store = open(url_of(space), {.wait = patience});
  Follower follower(*store);
  unsigned number = 0;
  eventually("a further one is not refused",
             [&] { return outcome(write(*store, put("c", "y" + std::to_string(++number), "1"))) == "refused"; });
  const std::vector<Write> both{put("c", "z", "1"), put("c", "x", "2")};
  const auto results = store->write(both);
  REQUIRE_FALSE(results[0]);
  CHECK(results[0].error().code == ErrorCode::refused);
  CHECK(holds(results[0].error().message, "exceeded quota: few"));
  CHECK(outcome(results[1]) == "ok");
  CHECK(outcome(write(*store, put("c", "x", "3"))) == "ok");
  CHECK(holds(follower.texts(), "x=3 "));

  const Folder folder;
  folder.write("tokens", "editor an-editors-token-1\n");
  const Running instance(only_c({{"CUSTOMER_NAME", "c"},
                                 {"GREETER_STORE", url_of(space)},
                                 {"GREETER_STORE_WAIT", "20s"},
                                 {"GREETER_TOKEN_FILE", folder.path("tokens")}}));
  Client client(instance.port());
  const std::string lines = R"({"id":"z","text":"1"})"
                            "\n"
                            R"({"id":"x","text":"4"})"
                            "\n";
  client.send("POST /api/v1/greetings/import HTTP/1.1\r\nHost: c\r\nAuthorization: Bearer an-editors-token-1\r\n"
              "Content-Type: application/x-ndjson\r\nContent-Length: " +
              std::to_string(lines.size()) + "\r\n\r\n" + lines);
  const auto reply = client.receive();
  CHECK(reply.status == 422);
  CHECK(holds(reply.body, "exceeded quota: few"));
  CHECK(holds(reply.body, "(1 of 2 were written)"));
}

TEST_CASE_FIXTURE(WithinADay,
                  "the visits of all customers are one question, and those of other instances are seen soon") {
  const auto space = new_space();
  Proxy proxy(shared_server().port());
  const auto store = open_through(proxy, space);
  REQUIRE(store->load());
  CHECK(store->visits("c").value().empty());
  const std::chrono::sys_days day = today();
  REQUIRE_FALSE(store->add({"s", 1, {{"c", "x", day, 1}, {"d", "x", day, 2}}}));
  proxy.hold_answers(true);
  for (const auto* const customer : {"c", "d"}) {
    const auto visits = store->visits(customer);
    REQUIRE_MESSAGE(visits, (visits ? "" : visits.error().message));
    CHECK(visits.value().size() == 1);
  }
  proxy.hold_answers(false);
  const auto other = open(url_of(space), {.wait = patience});
  REQUIRE(other->load());
  REQUIRE_FALSE(other->add({"t", 1, {{"c", "x", day, 5}}}));
  eventually("the other's are not seen", [&] {
    const auto visits = store->visits("c");
    return visits && visits.value().at(0).count == 6;
  });
  REQUIRE_FALSE(store->add({"s", 2, {{"c", "x", day, 1}}}));
  CHECK(store->visits("c").value().at(0).count == 7);
}

TEST_CASE("visits are seldom brought, and the more seldom the more there are") {
  const auto space = new_space();
  const Json large{{"metadata", {{"name", "greeter-visits"}}}, {"data", {{"c", std::string(600'000, ' ') + "{}"}}}};
  shared_server().ask("POST", "/api/v1/namespaces/" + space + "/configmaps", large);
  const auto store = open(url_of(space), {.wait = patience});
  REQUIRE(store->load());
  CHECK(store->visits_every() == std::chrono::minutes(1));
  REQUIRE(store->visits("c"));
  CHECK(store->visits_every() == std::chrono::minutes(5));
}

TEST_CASE("these rights suffice, and no others are needed") {
  const auto space = new_space(), user = "instance-" + space;
  const std::vector<std::string> ours{"greeter.parcellab.com"}, core{""};
  shared_server().grant(user, space,
                        {{{"apiGroups", ours},
                          {"resources", {"greetings"}},
                          {"verbs", {"get", "list", "watch", "create", "patch", "delete"}}},
                         {{"apiGroups", ours}, {"resources", {"greetings/status"}}, {"verbs", {"patch"}}},
                         {{"apiGroups", core},
                          {"resources", {"configmaps"}},
                          {"resourceNames", {"greeter-visits"}},
                          {"verbs", {"get", "update"}}}});
  shared_server().apply("/api/v1/namespaces/" + space + "/configmaps/greeter-visits",
                        R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"greeter-visits"}})");
  const auto store = open(url_of(space, user), {.wait = patience});
  REQUIRE(store->load());
  for (const auto& each : {put("c", "x", "1"), put("c", "x", "2"), confirm("c", "y", 0), erase("c", "x")}) {
    const auto result = write(*store, each);
    CHECK_MESSAGE(result, (result ? "" : result.error().message));
  }
  const auto error = store->add({"s", 1, {{"c", "x", std::chrono::sys_days(), 1}}});
  CHECK_MESSAGE(!error, (error ? error->message : ""));
  CHECK(store->visits("c").value().size() == 1);
  make(space, "b", {{"text", "1"}, {"starts_at", senseless_time}});
  eventually("the object does not say so", [&] { return holds(condition_of(space, "b"), "False "); });
}

TEST_CASE("a store is closed at once, whatever the API server does") {
  const auto space = new_space();
  auto store = open(url_of(space), {.wait = patience});
  REQUIRE(store->load());
  shared_server().signal(SIGSTOP);
  const auto began = Clock::now();
  store.reset();
  const auto took = Clock::now() - began;
  shared_server().signal(SIGCONT);
  CHECK(took < std::chrono::seconds(5));
}
