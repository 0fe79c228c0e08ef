#include "kube/client.hpp"

#include "kube/informer.hpp"
#include "kubernetes/shared.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>

using namespace greeter;
using namespace greeter::kube;
using namespace greeter::test;

namespace {

Client client_of(const std::string& user, const std::string& space) {
  const auto access = from_kubeconfig(shared_server().kubeconfig(user, space));
  REQUIRE_MESSAGE(access, (access ? "" : access.error().message));
  return Client(access.value());
}

const Kind maps{.group = "", .version = "v1", .plural = "configmaps"};

Json map(const std::string& name, const std::string& value) {
  return {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", name}}}, {"data", {{"key", value}}}};
}

Json greeting(const std::string& name, const std::string& text) {
  return {
      {"apiVersion", api_version}, {"kind", "Greeting"}, {"metadata", {{"name", name}}}, {"spec", {{"text", text}}}};
}

std::optional<ErrorCode> code(const auto& result) { return result ? std::nullopt : std::optional(result.error().code); }

std::string message(const auto& result) { return result ? "" : result.error().message; }

// Follows ConfigMaps, as their names and values.
class Follower {
public:
  Follower(Client& client, const std::string& path)
      : informer_(client, path,
                  {.listed =
                       [this](const List& list) {
                         const std::lock_guard lock(mutex_);
                         now_.clear();
                         for (const auto& item : list.items) put(item);
                         changed_.notify_all();
                       },
                   .changed =
                       [this](const Event& event) {
                         const std::lock_guard lock(mutex_);
                         if (event.kind == Event::Kind::deleted) now_.erase(event.object["metadata"]["name"]);
                         else if (event.kind != Event::Kind::bookmark) put(event.object);
                         changed_.notify_all();
                       }},
                  {}, std::chrono::milliseconds(500)) {}

  bool sees(const std::map<std::string, std::string>& expected) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return now_ == expected; });
  }
  InformerStatus status() const { return informer_.status(); }

private:
  void put(const Json& object) { now_[object["metadata"]["name"]] = object["data"]["key"]; }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<std::string, std::string> now_;
  const Informer informer_;
};

} // namespace

TEST_CASE("client: an object from its creation to its end, with versions that have to fit") {
  const auto space = new_space();
  auto client = client_of("admin", space);
  CHECK(client.home() == space);
  const auto there = path(maps, space, "a");
  CHECK(code(client.get(there)) == ErrorCode::not_found);
  const auto made = client.create(collection(maps, space), map("a", "1"));
  REQUIRE_MESSAGE(made, message(made));
  CHECK(code(client.create(collection(maps, space), map("a", "2"))) == ErrorCode::conflict);
  auto next = made.value();
  next["data"]["key"] = "2";
  const auto replaced = client.replace(there, next);
  REQUIRE(replaced);
  CHECK(code(client.replace(there, next)) == ErrorCode::conflict); // its version is an old one
  const auto old = made.value()["metadata"]["resourceVersion"].get<std::string>();
  CHECK(code(client.patch(there, {{"metadata", {{"resourceVersion", old}}}, {"data", {{"key", "3"}}}})) ==
        ErrorCode::conflict);
  REQUIRE(client.patch(there, {{"data", {{"key", "3"}}}}));
  CHECK(client.get(there).value()["data"]["key"] == "3");
  CHECK(code(client.remove(there, old)) == ErrorCode::conflict);
  CHECK(client.remove(there));
  CHECK(code(client.remove(there)) == ErrorCode::not_found);
}

TEST_CASE("client: fields belong to who applies them") {
  const auto space = new_space();
  auto client = client_of("admin", space);
  const auto there = path(maps, space, "a");
  REQUIRE(client.apply(there, map("a", "1"), {.manager = "one"}));
  CHECK(code(client.apply(there, map("a", "2"), {.manager = "other"})) == ErrorCode::conflict);
  const auto taken = client.apply(there, map("a", "2"), {.manager = "other", .force = true});
  REQUIRE(taken);
  CHECK(taken.value()["data"]["key"] == "2");
}

TEST_CASE("client: what the server's rules refuse is invalid, and the message is its own") {
  const auto space = new_space();
  auto client = client_of("admin", space);
  CHECK(client.create(collection(greetings(), space), greeting("a", "Hello")));
  const auto refused = client.create(collection(greetings(), space), greeting("b", ""));
  CHECK(code(refused) == ErrorCode::invalid);
  CHECK(message(refused).find("spec.text") != std::string::npos);
}

TEST_CASE("client: whoever has no right is told which one") {
  const auto space = new_space();
  auto nobody = client_of("nobody", space);
  const auto refused = nobody.list(collection(maps, space));
  CHECK(code(refused) == ErrorCode::unavailable);
  CHECK(message(refused).find("cannot list resource \"configmaps\"") != std::string::npos);
}

TEST_CASE("client: kinds are looked up") {
  auto client = client_of("admin", "default");
  const auto deployment = client.kind("apps/v1", "Deployment");
  REQUIRE_MESSAGE(deployment, message(deployment));
  CHECK(collection(deployment.value(), "s") == "/apis/apps/v1/namespaces/s/deployments");
  const auto space = client.kind("v1", "Namespace");
  REQUIRE(space);
  CHECK(path(space.value(), "", "s") == "/api/v1/namespaces/s");
  CHECK(code(client.kind("apps/v1", "Nothing")) == ErrorCode::not_found);
  CHECK(code(client.kind("nobody.example/v1", "Nothing")) == ErrorCode::not_found);
}

TEST_CASE("client: a long list comes in pieces, all of one version") {
  const auto space = new_space();
  auto client = client_of("admin", space);
  for (unsigned i = 0; i < 520; ++i) {
    auto one = map(fmt::format("m{}", i), "x");
    one["metadata"]["labels"] = {{"odd", i % 2 ? "yes" : "no"}};
    const auto made = client.create(collection(maps, space), one);
    REQUIRE_MESSAGE(made, message(made));
  }
  const auto all = client.list(collection(maps, space));
  REQUIRE_MESSAGE(all, message(all));
  CHECK(all.value().items.size() == 520);
  CHECK(all.value().items.front()["kind"] == "ConfigMap");
  const auto odd = client.list(collection(maps, space), {.labels = "odd=yes"});
  REQUIRE(odd);
  CHECK(odd.value().items.size() == 260);
}

TEST_CASE("informer: may be told who is there, but not what it says") {
  const auto space = new_space();
  auto client = client_of("admin", space);
  const auto all = collection(maps, space);
  REQUIRE(client.create(all, map("a", "1")));
  std::mutex mutex;
  std::condition_variable changed;
  std::string told;
  const auto tell = [&](const Json& object) {
    const std::lock_guard lock(mutex);
    told += object["metadata"]["name"].get<std::string>() + (object.contains("data") ? "=data " : " ");
    changed.notify_all();
  };
  const Informer informer(client, all,
                          {.listed = [&](const List& list) { std::ranges::for_each(list.items, tell); },
                           .changed =
                               [&](const Event& event) {
                                 if (event.kind != Event::Kind::bookmark) tell(event.object);
                               }},
                          {.metadata_only = true});
  const auto comes = [&](const std::string& expected) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(30), [&] { return told == expected; });
  };
  REQUIRE(comes("a "));
  REQUIRE(client.create(all, map("b", "1")));
  CHECK(comes("a b "));
}

TEST_CASE("informer: sees what happens, also after the server was away and knows no old versions any more") {
  const auto space = new_space();
  auto client = client_of("admin", space);
  const auto all = collection(maps, space);
  const auto first = client.create(all, map("a", "1"));
  REQUIRE_MESSAGE(first, message(first));
  Follower follower(client, all);
  REQUIRE(follower.sees({{"a", "1"}}));
  REQUIRE(client.create(all, map("b", "1")));
  REQUIRE(client.patch(path(maps, space, "a"), {{"data", {{"key", "2"}}}}));
  CHECK(follower.sees({{"a", "2"}, {"b", "1"}}));
  {
    const Outage outage;
    CHECK(code(client.get("/version")) == ErrorCode::unavailable);
  }
  REQUIRE(client.remove(path(maps, space, "b")));
  CHECK(follower.sees({{"a", "2"}}));
  const auto old = client.watch(all, first.value()["metadata"]["resourceVersion"], [](const Event&) {}, {});
  REQUIRE_MESSAGE(old, message(old));
  CHECK(old.value() == WatchEnd::expired);
  shared_server().compact();
  REQUIRE(client.create(all, map("c", "1")));
  CHECK(follower.sees({{"a", "2"}, {"c", "1"}}));
  CHECK(follower.status().up);
}
