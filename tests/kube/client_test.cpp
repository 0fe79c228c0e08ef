#include "kube/client.hpp"

#include "kube/server.hpp"
#include "support/folder.hpp"
#include "support/port.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <future>

using namespace greeter;
using namespace greeter::kube;
using namespace greeter::test;

namespace {

const Json thing = object("a", "7");

std::string message(const auto& result) { return result ? "" : result.error().message; }
std::optional<ErrorCode> code(const auto& result) { return result ? std::nullopt : std::optional(result.error().code); }

// What a call makes of what the server does with its first request; whatever follows gets a good answer.
std::optional<ErrorCode> get_after(Reaction reaction) {
  Server server(in_turn({std::move(reaction), says(answer(200, thing))}));
  return code(Client(server.access()).get("/api/v1/a"));
}
std::optional<ErrorCode> create_after(Reaction reaction) {
  Server server(in_turn({std::move(reaction), says(answer(201, thing))}));
  return code(Client(server.access()).create("/api/v1/things", thing));
}

const auto good = says(answer(200, thing));
const auto half = answer(200, thing).substr(0, answer(200, thing).size() - 5);

} // namespace

TEST_CASE("a request says who asks, and what for") {
  Server server(in_turn({good}));
  auto access = server.access();
  access.token = "secret";
  Client client(access);
  const auto got = client.get("/api/v1/a");
  REQUIRE(got);
  CHECK(got.value() == thing);
  const auto asked = server.asked().at(0);
  CHECK(asked.head.starts_with("GET /api/v1/a HTTP/1.1\r\n"));
  CHECK(asked.has(fmt::format("Host: 127.0.0.1:{}", server.port())));
  CHECK(asked.has("Authorization: Bearer secret"));
  CHECK(asked.has("Accept: application/json"));
}

TEST_CASE("a server below a path of its own is asked there") {
  Server server(in_turn({good}));
  auto access = server.access();
  access.server += "/clusters/one/";
  CHECK(Client(access).get("/version"));
  CHECK(server.asked().at(0).target == "/clusters/one/version");
}

TEST_CASE("a connection serves many requests, and one that the server has closed is not used again") {
  std::promise<void> closed;
  Server server(in_turn({good, good,
                         [&](Wire& wire) {
                           wire.send(answer(200, thing));
                           wire.close();
                           closed.set_value();
                         },
                         good}));
  Client client(server.access());
  REQUIRE(client.get("/1"));
  REQUIRE(client.get("/2"));
  CHECK(server.connections() == 1);
  REQUIRE(client.get("/3"));
  closed.get_future().wait();
  CHECK(client.create("/4", thing)); // it would be `uncertain` on the old one
  CHECK(server.connections() == 2);
}

TEST_CASE("a connection that the server does not want to keep is not kept") {
  Server server(in_turn({says(answer(200, thing, "Connection: close\r\n"))}));
  Client client(server.access());
  REQUIRE(client.get("/1"));
  REQUIRE(client.get("/2"));
  CHECK(server.connections() == 2);
}

TEST_CASE("changes are sent as Kubernetes wants them") {
  Server server(in_turn({good}));
  Client client(server.access());
  REQUIRE(client.create("/things", thing));
  REQUIRE(client.replace("/things/a", thing));
  REQUIRE(client.apply("/things/a", thing, {.manager = "greeter store", .force = true}));
  REQUIRE(client.apply("/things/a", thing, {.manager = "m", .status = true}));
  REQUIRE(client.patch("/things/a", {{"spec", {{"text", "\xc3"}}}}));
  REQUIRE(client.remove("/things/a", "7", {{"propagationPolicy", "Foreground"}}));
  const auto asked = server.asked();
  CHECK(asked[0].head.starts_with("POST /things "));
  CHECK(asked[0].has("Content-Type: application/json"));
  CHECK(Json::parse(asked[0].body) == thing);
  CHECK(asked[1].head.starts_with("PUT /things/a "));
  CHECK(asked[2].head.starts_with("PATCH /things/a?fieldManager=greeter%20store&force=true "));
  CHECK(asked[2].has("Content-Type: application/apply-patch+yaml"));
  CHECK(asked[3].target == "/things/a/status?fieldManager=m");
  CHECK(asked[4].has("Content-Type: application/merge-patch+json"));
  CHECK(asked[4].body == R"({"spec":{"text":"�"}})");
  CHECK(asked[5].method == "DELETE");
  CHECK(Json::parse(asked[5].body) == Json{{"apiVersion", "v1"},
                                           {"kind", "DeleteOptions"},
                                           {"preconditions", {{"resourceVersion", "7"}}},
                                           {"propagationPolicy", "Foreground"}});
}

TEST_CASE("a list is asked for in pieces, and its items say what they are") {
  const auto piece = [](std::string name, std::string next) {
    return says(answer(200, {{"kind", "PodList"},
                             {"apiVersion", "v1"},
                             {"metadata", {{"resourceVersion", "9"}, {"continue", std::move(next)}}},
                             {"items", {{{"metadata", {{"name", std::move(name)}}}}}}}));
  };
  const auto names = [](const List& list) {
    std::string text;
    for (const auto& item : list.items)
      text += fmt::format("{} {}; ", item["kind"].get<std::string>(), item["metadata"]["name"].get<std::string>());
    return text;
  };
  SUBCASE("with labels") {
    Server server(in_turn({piece("a", "x/y"), piece("b", "")}));
    const auto list = Client(server.access()).list("/pods", {.labels = "app=greeter,tier!=db"});
    REQUIRE(list);
    CHECK(list.value().version == "9");
    CHECK(names(list.value()) == "Pod a; Pod b; ");
    CHECK(server.asked()[0].target == "/pods?limit=500&labelSelector=app%3Dgreeter%2Ctier%21%3Ddb");
    CHECK(server.asked()[1].target == server.asked()[0].target + "&continue=x%2Fy");
  }
  SUBCASE("without what they say") {
    Server server(in_turn({piece("a", "x"), piece("b", "")}));
    CHECK(Client(server.access()).list("/pods", {.metadata_only = true}));
    for (const auto& asked : server.asked())
      CHECK(asked.has("Accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"));
  }
  SUBCASE("of which each is small enough, though all are not") {
    const auto large = [](std::string next) {
      return says(answer(200, {{"metadata", {{"resourceVersion", "9"}, {"continue", std::move(next)}}},
                               {"items", {{{"text", std::string(std::size_t{24} << 20U, 'a')}}}}}));
    };
    Server server(in_turn({large("x"), large("y"), large("")}));
    std::size_t pieces = 0;
    const auto version = Client(server.access()).list_in_pieces("/pods", [&](std::vector<Json>&&, bool is_first) {
      CHECK(is_first == (pieces++ == 0));
    });
    REQUIRE_MESSAGE(version, message(version));
    CHECK(version.value() == "9");
    CHECK(pieces == 3);
  }
  SUBCASE("again, when the server has forgotten the first piece") {
    Server server(
        in_turn({piece("a", "x"), says(answer(410, status_object(410, "too old"))), piece("b", "y"), piece("c", "")}));
    const auto list = Client(server.access()).list("/pods");
    REQUIRE(list);
    CHECK(names(list.value()) == "Pod b; Pod c; ");
  }
  SUBCASE("though not for ever") {
    Server server(in_turn({piece("a", "x"), says(answer(410, status_object(410, "too old"))), piece("a", "x"),
                           says(answer(410, status_object(410, "too old"))), piece("a", "x"),
                           says(answer(410, status_object(410, "too old"))), piece("a", "x"),
                           says(answer(410, status_object(410, "too old")))}));
    CHECK(code(Client(server.access()).list("/pods")) == ErrorCode::internal);
  }
  SUBCASE("of a server that does not end it") {
    const Server server(in_turn({piece("a", "x")}));
    CHECK(code(Client(server.access()).list("/pods")) == ErrorCode::internal);
    CHECK(server.asked().size() == 1000);
  }
  SUBCASE("of something that is none") {
    for (const auto* const body : {R"({"items": {}, "metadata": {"resourceVersion": "1"}})", R"({"items": []})", "[]",
                                   R"({"metadata": {"resourceVersion": "1"}})", "<html>"}) {
      Server server(in_turn({says(answer_text(200, body))}));
      CHECK(code(Client(server.access()).list("/pods")) == ErrorCode::internal);
    }
  }
}

TEST_CASE("an empty list may have null for its items") {
  Server server(in_turn({says(answer_text(200, R"({"items": null, "metadata": {"resourceVersion": "1"}})"))}));
  const auto list = Client(server.access()).list("/pods");
  REQUIRE(list);
  CHECK(list.value().items.empty());
}

TEST_CASE("what breaks off is asked again if it is a question, and in doubt if it is a creation") {
  for (const auto& trouble :
       {says_and_closes(""), says_and_resets(""), says_and_closes("HTTP/1.1 200 OK\r\nContent-Le"),
        says_and_closes(half), says_and_resets(half), says_and_closes(watch_head + "20\r\n{\"kind\"")}) {
    CHECK(get_after(trouble) == std::nullopt);
    CHECK(create_after(trouble) == ErrorCode::uncertain);
  }
}

TEST_CASE("what is no HTTP is an error of the server's, and a creation in doubt") {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  for (const auto& text :
       std::vector<std::string>{std::string("SSH-2.0-OpenSSH_9.2\r\n"),
                                "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                                "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}",
                                "HTTP/1.1 abc OK\r\nContent-Length: 2\r\n\r\n{}",
                                ok + "\r\n{}",
                                ok + "Content-Length: 2\nA: b\r\n\r\n{}",
                                ok + "Content-Length: -2\r\n\r\n{}",
                                ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                                ok + ": 2\r\n\r\n{}",
                                ok + "nothing\r\n\r\n{}",
                                ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                                ok + "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                                watch_head + "2\r\n{}}\r\n0\r\n\r\n",
                                watch_head + "zz\r\n{}\r\n",
                                watch_head + "-2\r\n{}\r\n",
                                watch_head + "\r\n{}\r\n",
                                watch_head + "fffffffffffffffff\r\n{}\r\n",
                                ok + "A: " + std::string(20'000, 'a') + "\r\n\r\n",
                                std::string(100'000, 'a'),
                                watch_head + "2;" + std::string(20'000, 'a') + "\r\n{}\r\n0\r\n\r\n"}) {
    CAPTURE(text.substr(0, 200));
    CHECK(get_after(says_and_holds(text)) == ErrorCode::internal);
    CHECK(create_after(says_and_holds(text)) == ErrorCode::uncertain);
  }
  std::string fields;
  for (unsigned i = 0; i < 300; ++i) fields += fmt::format("F{}: a\r\n", i);
  CHECK(get_after(says_and_holds(answer(200, thing, fields))) == ErrorCode::internal);
  CHECK(get_after(says_and_holds(watch_head + "2\r\n{}\r\n0\r\n" + fields + "\r\n")) == ErrorCode::internal);
}

TEST_CASE("chunks may be of any size, and have an extension and a trailer") {
  const auto text = thing.dump();
  std::string body = watch_head + chunk(text.substr(0, 1)) + "A ; x=y\r\n" + text.substr(1, 10) + "\r\n";
  body += chunk(text.substr(11)) + "0\r\nChecksum: none\r\n\r\n";
  Server server(in_turn({[&](Wire& wire) {
    for (const auto& byte : body) wire.send({&byte, 1});
  }}));
  Client client(server.access());
  for (unsigned round = 0; round < 2; ++round) { // the next answer begins where this one ends
    const auto got = client.get("/a");
    REQUIRE_MESSAGE(got, message(got));
    CHECK(got.value() == thing);
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("an answer that comes after others, which only say that it will, is the one") {
  CHECK(get_after(says("HTTP/1.1 100 Continue\r\n\r\n" + answer(200, thing))) == std::nullopt);
}

TEST_CASE("what comes unasked is not taken for the next answer") {
  Server server(in_turn({says(answer(200, thing) + answer(200, object("lie", "1"))), good}));
  Client client(server.access());
  REQUIRE(client.get("/a"));
  const auto got = client.get("/b");
  REQUIRE(got);
  CHECK(got.value() == thing);
}

TEST_CASE("an answer that is no object is an error of the server's, and a creation in doubt") {
  for (const auto* const body : {"<html>Sign in</html>", "[]", "null", "7", "{\"a\":", ""}) {
    CHECK(get_after(says(answer_text(200, body))) == ErrorCode::internal);
    CHECK(create_after(says(answer_text(201, body))) == ErrorCode::uncertain);
  }
  CHECK(get_after(says("HTTP/1.1 204 No Content\r\n\r\n")) == ErrorCode::internal);
  CHECK(get_after(says(answer_text(302, "", "Location: https://elsewhere/\r\n"))) == ErrorCode::internal);
}

TEST_CASE("an answer without end is not read to its end") {
  const auto piece = chunk(std::string(1U << 20U, ' '));
  const auto endless = [&](int status) {
    return [&, status](Wire& wire) {
      wire.send(fmt::format("HTTP/1.1 {} Word\r\nTransfer-Encoding: chunked\r\n\r\n", status));
      for (unsigned i = 0; i < 70; ++i) wire.send(piece);
      wire.hold();
    };
  };
  CHECK(get_after(endless(200)) == ErrorCode::internal);
  CHECK(get_after(endless(403)) == ErrorCode::unavailable);
}

TEST_CASE("a busy server is asked again, and a creation, too, as it did nothing") {
  CHECK(get_after(says(answer(429, status_object(429, "busy")))) == std::nullopt);
  CHECK(create_after(says(answer(429, status_object(429, "busy")))) == std::nullopt);
  CHECK(create_after(says(answer(503, status_object(503, "not yet"), "Retry-After: 0\r\n"))) == std::nullopt);
  CHECK(get_after(says(answer(503, status_object(503, "not yet")))) == std::nullopt);
  CHECK(create_after(says(answer(503, status_object(503, "not yet")))) == ErrorCode::unavailable);
}

TEST_CASE("it is asked again when it says, if that is soon enough") {
  const auto begin = std::chrono::steady_clock::now();
  CHECK(get_after(says(answer(429, status_object(429, "busy"), "Retry-After: 1\r\n"))) == std::nullopt);
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::seconds(1));
  CHECK(get_after(says(answer(429, status_object(429, "busy"), "Retry-After: 3600\r\n"))) == ErrorCode::unavailable);
  CHECK(get_after(says(answer(429, status_object(429, "busy"), "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n"))) ==
        std::nullopt);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(18));
}

TEST_CASE("a server that fails is asked a few times") {
  Server server(in_turn({says(answer(500, status_object(500, "etcd is away")))}));
  const auto got = Client(server.access()).get("/a");
  CHECK(code(got) == ErrorCode::unavailable);
  CHECK(message(got) == "etcd is away");
  CHECK(server.asked().size() == 5);
}

TEST_CASE("a creation that failed is in doubt, unless it failed before anything was done") {
  CHECK(create_after(says(answer(500, status_object(500, "etcdserver: request timed out")))) == ErrorCode::uncertain);
  CHECK(create_after(says(answer_text(504, "gateway"))) == ErrorCode::uncertain);
  CHECK(create_after(says(answer(500, status_object(500, "Internal error: failed calling webhook \"w\"")))) ==
        ErrorCode::unavailable);
}

TEST_CASE("what may be repeated is, and a doubt stays one") {
  const auto apply_after = [](std::vector<Reaction> reactions, const Json& sent) {
    Server server(in_turn(std::move(reactions)));
    return code(Client(server.access()).apply("/a", sent, {.manager = "m"}));
  };
  const Json unversioned{{"metadata", {{"name", "a"}}}};
  CHECK(apply_after({says_and_resets(""), good}, unversioned) == std::nullopt);
  CHECK(apply_after({says_and_resets(""), good}, thing) == ErrorCode::uncertain);
  CHECK(apply_after({says_and_resets(""), says(answer(429, status_object(429, "busy"), "Retry-After: 99\r\n"))},
                    unversioned) == ErrorCode::uncertain);
  CHECK(apply_after({says_and_resets(""), says(answer(422, status_object(422, "no")))}, unversioned) ==
        ErrorCode::invalid);
  Server server(in_turn({says_and_resets(""), good}));
  Client client(server.access());
  CHECK(client.remove("/a"));
  CHECK(client.patch("/a", {{"spec", 1}}));
}

TEST_CASE("a removal or patch of a version is not repeated") {
  for (const bool is_patch : {false, true}) {
    Server server(in_turn({says_and_resets(""), good}));
    Client client(server.access());
    CHECK(code(is_patch ? client.patch("/a", thing) : client.remove("/a", "7")) == ErrorCode::uncertain);
    CHECK(server.asked().size() == 1);
  }
}

TEST_CASE("silence ends with the time for an answer") {
  Server server(in_turn({says_and_holds(""), says_and_holds(""), says_and_holds(half)}));
  auto access = server.access();
  access.timeout = std::chrono::milliseconds(200);
  Client client(access);
  const auto begin = std::chrono::steady_clock::now();
  CHECK(code(client.get("/a")) == ErrorCode::unavailable);
  CHECK(code(client.create("/a", thing)) == ErrorCode::uncertain);
  CHECK(code(client.get("/a")) == ErrorCode::unavailable);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE("an answer that trickles in ends with its time, too") {
  Server server(in_turn({[](Wire& wire) {
    wire.send("HTTP/1.1 200 OK\r\n");
    const Interrupt never;
    for (unsigned i = 0; i < 200; ++i) {
      if (!wire.send(fmt::format("F{}: a\r\n", i))) return;
      never.wait(std::chrono::milliseconds(20));
    }
  }}));
  auto access = server.access();
  access.timeout = std::chrono::milliseconds(300);
  CHECK(code(Client(access).get("/a")) == ErrorCode::unavailable);
}

TEST_CASE("nobody there: nothing was done") {
  const Port nobodys;
  kube::Access access;
  access.server = fmt::format("http://127.0.0.1:{}", nobodys.number());
  access.timeout = std::chrono::seconds(1);
  Client client(access);
  CHECK(code(client.get("/a")) == ErrorCode::unavailable);
  CHECK(code(client.create("/a", thing)) == ErrorCode::unavailable);
}

TEST_CASE("a server that comes back is found again") {
  auto server = std::make_unique<Server>(in_turn({good}));
  Client client(server->access());
  REQUIRE(client.get("/a"));
  server.reset();
  CHECK(code(client.create("/a", thing)) == ErrorCode::unavailable); // not `uncertain`
}

TEST_CASE("refusals are what they are") {
  const auto refused = [](int status) { return get_after(says(answer(status, status_object(status, "no")))); };
  CHECK(refused(400) == ErrorCode::invalid);
  CHECK(refused(401) == ErrorCode::unavailable);
  CHECK(refused(403) == ErrorCode::unavailable);
  CHECK(refused(404) == ErrorCode::not_found);
  CHECK(refused(409) == ErrorCode::conflict);
  CHECK(refused(410) == ErrorCode::not_found);
  CHECK(refused(422) == ErrorCode::invalid);
}

TEST_CASE("a token that was replaced on disk is read again after a 401") {
  const Folder folder;
  folder.write("token", "old\n");
  Server server([&](const Asked& asked, Wire& wire) {
    if (asked.has("Authorization: Bearer new")) return void(wire.send(answer(200, thing)));
    folder.write("token", "new\n");
    wire.send(answer(401, status_object(401, "Unauthorized")));
  });
  auto access = server.access();
  access.token_file = folder.path("token");
  Client client(access);
  CHECK(client.create("/a", thing));
  REQUIRE(server.asked().size() == 2);
  CHECK(server.asked()[0].has("Authorization: Bearer old"));
}

TEST_CASE("a token that is refused and stays the same is not sent again, and not shown") {
  const Folder folder;
  folder.write("token", "swordfish");
  Server server(in_turn({says(answer(401, status_object(401, "Unauthorized"))),
                         says(answer(403, status_object(403, "swordfish may not list things")))}));
  auto access = server.access();
  access.token_file = folder.path("token");
  Client client(access);
  CHECK(message(client.get("/a")) == "GET /a: the server answers 401: it does not know who we are");
  CHECK(message(client.get("/a")) == "(token) may not list things");
  CHECK(server.asked().size() == 2);
}

TEST_CASE("a token file that is gone, empty or no token") {
  const Folder folder;
  Server server(in_turn({good}));
  auto access = server.access();
  access.token_file = folder.path("token");
  CHECK(code(Client(access).get("/a")) == ErrorCode::unavailable);
  for (const auto* const text : {"", "\n", "two\nlines\n", "two words"}) {
    folder.write("token", text);
    CHECK(message(Client(access).get("/a")).ends_with("/token holds no token: one line of it is expected"));
  }
  CHECK(server.asked().empty());
}

TEST_CASE("a token is not sent to another machine in the clear") {
  kube::Access access;
  access.server = "http://192.0.2.1:8080";
  access.token = "secret";
  CHECK(message(Client(access).get("/a")).starts_with("http://192.0.2.1:8080 is plain http to another machine"));
}

TEST_CASE("a kind is looked up once") {
  const Json resources{{"resources",
                        {{{"name", "deployments/status"}, {"kind", "Deployment"}, {"namespaced", true}},
                         {{"name", "deployments"}, {"kind", "Deployment"}, {"namespaced", true}},
                         {{"name", "nodes"}, {"kind", "Node"}, {"namespaced", false}}}}};
  Server server(in_turn({says(answer(200, resources))}));
  Client client(server.access());
  const auto deployment = client.kind("apps/v1", "Deployment");
  REQUIRE(deployment);
  CHECK(collection(deployment.value(), "space") == "/apis/apps/v1/namespaces/space/deployments");
  const auto node = client.kind("apps/v1", "Node");
  REQUIRE(node);
  CHECK(collection(node.value(), "space") == "/apis/apps/v1/nodes");
  CHECK(server.asked().size() == 1);
  CHECK(server.asked()[0].target == "/apis/apps/v1");
  CHECK(message(client.kind("apps/v1", "Depoyment")) == "the server knows no Depoyment in apps/v1");
  CHECK(client.kind("v1", "Node"));
  CHECK(server.asked().back().target == "/api/v1");
}

TEST_CASE("many threads share a client") {
  Server server([](const Asked& asked, Wire& wire) { wire.send(answer(200, object(asked.target, "1"))); });
  Client client(server.access());
  std::atomic<unsigned> right = 0;
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        for (unsigned j = 0; j < 20; ++j) {
          const auto path = fmt::format("/{}/{}", i, j);
          const auto got = client.get(path);
          if (got && got.value()["metadata"]["name"] == path) ++right;
        }
      });
  }
  CHECK(right == 160);
  CHECK(server.connections() <= 8);
}
