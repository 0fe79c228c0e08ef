// What only a store on a server can meet: other instances, a server that goes away, another master, no right to enter.
#include "contract/redis_servers.hpp"
#include "contract/suite/follower.hpp"

#include <csignal>
#include <cstdlib>
#include <mutex>

using namespace greeter;
using namespace greeter::test;

namespace {

std::string url_of(const RedisServer& server, const std::string& rest = "") {
  return "redis://127.0.0.1:" + std::to_string(server.port()) + rest;
}

Error refusal(const std::string& url, const StoreOptions& options = {}) {
  const auto contents = open(url, options)->load();
  REQUIRE_FALSE(contents);
  return contents.error();
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("instances that share a store hear of each other's changes, in one order") {
  const RedisServer server("");
  const auto a = open(url_of(server)), b = open(url_of(server));
  Follower at_a(*a), at_b(*b);
  REQUIRE(write(*a, put("c", "x", "of a")));
  eventually("b does not hear of it", [&] { return at_b.texts() == "x=of a "; });
  REQUIRE(write(*b, put("c", "x", "of b")));
  CHECK(at_b.texts() == "x=of b "); // before write() has returned
  eventually("a does not hear of it", [&] { return at_a.texts() == "x=of b "; });
  REQUIRE(write(*a, erase("c", "x")));
  eventually("b does not hear that it is gone", [&] { return at_b.texts().empty(); });
  CHECK(at_a.replaced + at_b.replaced == 0);
}

TEST_CASE("of two instances that expect the same revision one wins") {
  const RedisServer server("");
  const auto a = open(url_of(server)), b = open(url_of(server));
  const auto first = write(*a, put("c", "x", "1"));
  REQUIRE(first);
  CHECK(outcome(write(*b, put("c", "x", "2", first.value().sequence))) == "ok");
  CHECK(outcome(write(*a, put("c", "x", "3", first.value().sequence))) == "conflict");
}

TEST_CASE("what was changed between load and listen is told") {
  const RedisServer server("");
  const auto a = open(url_of(server)), b = open(url_of(server));
  REQUIRE(a->load());
  REQUIRE(write(*b, put("c", "x", "1")));
  REQUIRE(b->load());
  eventually("a does not follow", [&] { return a->changes_after("c", 0, 10).value().changes.size() == 1; });
  std::mutex mutex;
  std::string told;
  const auto tell = [&](const Greeting& greeting) {
    const std::lock_guard lock(mutex);
    told += greeting.text;
  };
  a->listen({[&](std::span<const Change> changes) { tell(changes[0].greeting); },
             [&](const Store::Contents& now) { tell(now.greetings[0].greeting); }});
  eventually("nobody is told", [&] {
    const std::lock_guard lock(mutex);
    return told == "1";
  });
}

TEST_CASE("prefixes and databases are stores of their own") {
  const RedisServer server("");
  const auto usual = open(url_of(server)), other = open(url_of(server, "?prefix=other:")),
             second = open(url_of(server, "/2"));
  REQUIRE(write(*usual, put("c", "x", "1")));
  CHECK(other->load().value().greetings.empty());
  CHECK(second->load().value().greetings.empty());
  CHECK(server.run({"DBSIZE"}) == "3");
  CHECK(server.run({"EXISTS", "greeter:greetings", "greeter:changes", "greeter:state"}) == "3");
}

TEST_CASE("a store that is away at the start is told of when it is there") {
  RedisServer server("appendonly yes\nappendfsync always\n");
  const auto url = url_of(server);
  REQUIRE(write(*open(url), put("c", "x", "kept")));
  server.stop(SIGKILL);
  const auto store = open(url);
  const auto began = Clock::now();
  CHECK(store->load().error().code == ErrorCode::unavailable);
  CHECK(Clock::now() - began < std::chrono::seconds(5));
  CHECK_FALSE(store->status().loaded);
  Follower follower(*store);
  CHECK(outcome(write(*store, put("c", "x", "no"))) == "unavailable");
  CHECK(outcome(write(*store, put("c", "x", "no"))) == "unavailable");
  server.start();
  eventually("it is not read", [&] { return follower.texts() == "x=kept "; });
  CHECK(follower.replaced == 1);
  eventually("nobody is told", [&] { return follower.back == 1; });
  CHECK(store->status().up);
  CHECK(store->status().loaded);
}

TEST_CASE("a start waits for the store as long as it is told to") {
  RedisServer server("");
  server.stop(SIGKILL);
  const auto store = open(url_of(server), {.wait = patience});
  std::atomic<bool> over = false, loaded = false;
  const std::jthread starting([&] {
    loaded = static_cast<bool>(store->load());
    over = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK_FALSE(over);
  server.start();
  eventually("it is not loaded", [&] { return over.load(); });
  CHECK(loaded);
}

TEST_CASE("a store that goes away and comes back goes on where it was") {
  RedisServer server("appendonly yes\nappendfsync always\n");
  const auto store = open(url_of(server));
  Follower follower(*store);
  const auto before = write(*store, put("c", "x", "1")).value().sequence;
  server.stop(SIGKILL);
  CHECK_FALSE(write(*store, put("c", "x", "2")));
  eventually("nobody is told that it is away", [&] { return follower.gone == 1; });
  CHECK(follower.texts() == "x=1 ");
  server.start();
  const auto after = write_at_last(*store, put("c", "x", "3"));
  CHECK(after.sequence > before);
  CHECK(follower.texts() == "x=3 ");
  CHECK(follower.replaced == 0);
  CHECK(store->status().reconnects >= 1);
}

TEST_CASE("a connection that was closed while nobody used it costs no write") {
  const RedisServer server("");
  const auto store = open(url_of(server));
  REQUIRE(write(*store, put("c", "x", "1")));
  server.run({"CONFIG", "SET", "timeout", "1"}); // the follower is never idle
  eventually("the writer's connection is not closed", [&] {
    return holds(server.run({"INFO", "clients"}), "connected_clients:2\r"); // the follower's, and the one that asks
  });
  const auto result = write(*store, put("c", "x", "3"));
  CHECK_MESSAGE(result, (result ? "" : result.error().message));
}

TEST_CASE("a server that says nothing costs a second once, and then nothing") {
  const RedisServer server("");
  const auto store = open(url_of(server));
  Follower follower(*store);
  REQUIRE(write(*store, put("c", "x", "1")));
  server.signal(SIGSTOP);
  CHECK(outcome(write(*store, put("c", "x", "2"))) == "uncertain");
  const auto began = Clock::now();
  for (int i = 0; i < 20; ++i) CHECK(outcome(write(*store, put("c", "x", "2"))) == "unavailable");
  CHECK(Clock::now() - began < std::chrono::seconds(3));
  CHECK_FALSE(store->changes_after("c", 0, 1));
  CHECK(Clock::now() - began < std::chrono::seconds(3));
  server.signal(SIGCONT);
  write_at_last(*store, put("c", "x", "3"));
  CHECK(follower.texts() == "x=3 ");
}

TEST_CASE("a store that was emptied is read anew, and gives out none of its old revisions") {
  const RedisServer server("");
  const auto store = open(url_of(server));
  Follower follower(*store);
  const auto before = write(*store, put("c", "x", "1")).value().sequence;
  server.run({"FLUSHALL"});
  server.run({"CLIENT", "KILL", "TYPE", "normal"});
  eventually("it is not read anew", [&] { return follower.replaced == 1 && follower.texts().empty(); });
  CHECK(write_at_last(*store, put("c", "x", "2")).sequence > before);
}

TEST_CASE("who may not enter is told which setting to look at, and no password") {
  const RedisServer server("requirepass geheim\nuser ann on >annas ~greeter:ann:* resetchannels -@all +@read +@write "
                           "+@transaction +@connection -@dangerous +eval +wait +role +time\n");
  const Folder folder;
  folder.write("right", "geheim\n");
  folder.write("wrong", "falsch\n");
  folder.write("empty", "\n");
  folder.write("ann", "annas\n");
  for (const auto* const file : {"", "wrong", "empty", "none"}) {
    CAPTURE(file);
    const auto path = *file ? folder.path(file) : std::string();
    const auto error = refusal(url_of(server), {.wait = std::chrono::seconds(20), .password_file = path});
    CAPTURE(error.message);
    CHECK(error.code == ErrorCode::invalid); // and at once: waiting does not help
    CHECK((holds(error.message, "GREETER_STORE_PASSWORD_FILE") || holds(error.message, path + " ")));
    CHECK_FALSE(holds(error.message, "falsch"));
  }
  CHECK(open(url_of(server), {.password_file = folder.path("right")})->load());

  const auto ann = "redis://ann@127.0.0.1:" + std::to_string(server.port());
  const auto store = open(ann + "?prefix=greeter:ann:", {.password_file = folder.path("ann")});
  const auto change = write(*store, put("c", "x", "1"));
  REQUIRE_MESSAGE(change, change.error().message);
  CHECK(store->load().value().greetings.size() == 1);
  CHECK(store->changes_after("c", 0, 10).value().changes.size() == 1);
  CHECK_FALSE(store->add({"source", 1, {{"c", "x", std::chrono::sys_days(), 1}}}));
  CHECK(refusal(ann + "?prefix=greeter:bob:", {.password_file = folder.path("ann")}).code == ErrorCode::invalid);
}

TEST_CASE("a new password in the file holds from the next connection on") {
  const RedisServer server("requirepass old\n");
  const Folder folder;
  folder.write("password", "old\n");
  const auto store = open(url_of(server), {.password_file = folder.path("password")});
  REQUIRE(write(*store, put("c", "x", "1")));
  server.run({"ACL", "SETUSER", "default", ">new"}, "old");
  folder.write("password", "new\n");
  server.run({"ACL", "SETUSER", "default", "<old"}, "new");
  server.run({"CLIENT", "KILL", "TYPE", "normal"}, "new");
  write_at_last(*store, put("c", "x", "2"));
}

TEST_CASE("a failover loses nothing that was acknowledged, and revisions leap") {
  SentinelSystem system;
  const auto url = "redis+sentinel://127.0.0.1:" + std::to_string(system.sentinel.port());
  const auto store = open(url);
  Follower follower(*store);
  std::uint64_t last = 0;
  for (int i = 0; i < 100; ++i) {
    const auto change = write(*store, put("c", "x" + std::to_string(i), "kept"));
    REQUIRE_MESSAGE(change, change.error().message);
    last = change.value().sequence;
  }
  system.first.stop(SIGKILL);
  eventually("the sentinel names no other master",
             [&] { return holds(system.second.run({"INFO", "replication"}), "role:master"); });
  // One replica has to have it, and there is none left.
  CHECK(outcome(write(*store, put("c", "y", "alone"))) != "ok");
  system.first.start(); // as a replica: so the sentinel makes it
  const auto change = write_at_last(*store, put("c", "z", "after"));
  CHECK(change.sequence > last + 1'000'000);
  const auto contents = store->load();
  REQUIRE(contents);
  CHECK(contents.value().greetings.size() >= 101);
  CHECK(holds(follower.texts(), "x99=kept "));
  CHECK(holds(follower.texts(), "z=after "));
  CHECK(store->changes_after("c", last - 1, 10).value().complete);
}

TEST_CASE("a write that no replica has is not acknowledged") {
  const SentinelSystem system;
  const auto store = open("redis+sentinel://127.0.0.1:" + std::to_string(system.sentinel.port()));
  REQUIRE(write(*store, put("c", "x", "1")));
  system.second.signal(SIGSTOP);
  CHECK(outcome(write(*store, put("c", "x", "2"))) == "uncertain");
  system.second.signal(SIGCONT);
  write_at_last(*store, put("c", "x", "3"));
}

TEST_CASE("what a deposed master had is forgotten, and its revisions are not given again") {
  SentinelSystem system;
  const auto store = open("redis+sentinel://127.0.0.1:" + std::to_string(system.sentinel.port()));
  Follower follower(*store);
  REQUIRE(write(*store, put("c", "x", "both")));
  system.second.stop(SIGKILL);
  CHECK(outcome(write(*store, put("c", "x", "master alone"))) == "uncertain");
  std::uint64_t unseen = 0;
  eventually("the master is not found again", [&] {
    const auto contents = store->load();
    if (contents) unseen = contents.value().sequence;
    return unseen > 0;
  });
  system.first.stop(SIGKILL);
  system.second.start();
  eventually("the new master is not read", [&] { return follower.texts() == "x=both "; });
  CHECK(follower.replaced == 1);
  eventually("nobody has counted it", [&] { return store->status().resets == 1; });
  system.first.start();
  const auto change = write_at_last(*store, put("c", "x", "after"));
  CHECK(change.sequence > unseen);
  CHECK(follower.texts() == "x=after ");
}

TEST_CASE("a sentinel that knows no such master, and one with another password, are named") {
  const SentinelSystem system;
  const auto sentinel = "redis+sentinel://127.0.0.1:" + std::to_string(system.sentinel.port());
  const auto error = refusal(sentinel + "/other");
  CHECK(error.code == ErrorCode::invalid);
  CHECK(holds(error.message, "no master of that name"));
  const Folder folder;
  folder.write("password", "unwanted\n");
  CHECK(holds(refusal(sentinel, {.sentinel_password_file = folder.path("password")}).message, "SENTINEL_PASSWORD"));
}

TEST_CASE("TLS: the server has to show a certificate of the authority, for its name") {
  const Folder folder;
  const auto file = [&](const char* name) { return folder.path(name); };
  const auto make =
      "cd " + folder.path() +
      " && exec >log 2>&1 && for ca in ca other; do openssl req -x509 -newkey ec -pkeyopt "
      "ec_paramgen_curve:P-256 -nodes -keyout $ca.key -out $ca.pem -days 2 -subj /CN=$ca || exit 1; done; "
      "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out req.pem -subj "
      "/CN=redis && printf 'subjectAltName=DNS:localhost' >ext && openssl x509 -req -in req.pem -CA ca.pem "
      "-CAkey ca.key -CAcreateserial -days 2 -extfile ext -out cert.pem";
  REQUIRE(std::system(make.c_str()) == 0); // NOLINT(cert-env33-c)
  const Port held;
  const auto port = held.number();
  const RedisServer server("tls-port " + std::to_string(port) + "\ntls-cert-file " + file("cert.pem") +
                           "\ntls-key-file " + file("key.pem") + "\ntls-ca-cert-file " + file("ca.pem") + "\n");
  const auto at = [&](const std::string& host, const std::string& rest) {
    return "rediss://" + host + ":" + std::to_string(port) + "?ca=" + file("ca.pem") + rest;
  };
  const auto own = "&cert=" + file("cert.pem") + "&key=" + file("key.pem");
  const auto store = open(at("localhost", own));
  const auto contents = store->load();
  REQUIRE_MESSAGE(contents, contents.error().message);
  REQUIRE(write(*store, put("c", "x", std::string(100'000, 'x'))));
  CHECK(store->load().value().greetings.front().greeting.text.size() == 100'000);

  CHECK(holds(refusal(at("127.0.0.1", own)).message, "TLS"));
  const auto unknown = refusal(at("localhost", "")); // it wants our certificate
  CAPTURE(unknown.message);
  CHECK(unknown.code == ErrorCode::unavailable);
  const auto other = "rediss://localhost:" + std::to_string(port) + "?ca=" + file("other.pem") + own;
  CHECK(holds(refusal(other).message, "certificate"));
  CHECK(holds(open_store("rediss://localhost?ca=" + file("none"), {}).error().message, "none"));
}

TEST_CASE("a store is closed at once, whatever its server does") {
  const RedisServer server("");
  auto store = open(url_of(server));
  REQUIRE(store->load());
  server.signal(SIGSTOP);
  const auto began = Clock::now();
  store.reset();
  CHECK(Clock::now() - began < std::chrono::seconds(1));
}
