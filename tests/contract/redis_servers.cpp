#include "contract/redis_servers.hpp"

#include "store/redis/connection.hpp"

#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <thread>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace greeter::test {

namespace {

constexpr auto patience = std::chrono::seconds(60);

template <class Condition> void wait_for(const std::string& what, Condition condition) {
  const auto deadline = Clock::now() + patience;
  while (!condition()) {
    REQUIRE_MESSAGE(Clock::now() < deadline, what);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

} // namespace

RedisServer::RedisServer(const std::string& configuration, Role role) : role_(role) {
  folder.write("redis.conf", "port " + std::to_string(port()) + "\nbind 127.0.0.1\ndir " + folder.path() +
                                 "\nlogfile redis.log\n" + configuration);
  start();
}

RedisServer::~RedisServer() {
  if (process_ > 0) stop(SIGKILL);
}

void RedisServer::start() {
  const auto file = folder.path("redis.conf");
  process_ = ::fork();
  if (process_ == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // when the thread ends that calls this
    ::execlp("redis-server", "redis-server", file.c_str(), role_ == Role::sentinel ? "--sentinel" : nullptr, nullptr);
    ::_exit(127);
  }
  wait_for("redis-server does not answer: is it installed?", [this] { return !run({"PING"}).empty(); });
}

void RedisServer::signal(int signal) const { ::kill(process_, signal); }

void RedisServer::stop(int signal) {
  ::kill(-process_, signal); // what it has forked, too
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

std::string RedisServer::run(const std::vector<std::string>& words, const std::string& password) const {
  const auto deadline = Clock::now() + std::chrono::seconds(2);
  auto stream = Stream::connect({"127.0.0.1", port()}, nullptr, -1, deadline);
  if (!stream) return "";
  redis::Connection connection(std::move(stream.value()));
  if (!password.empty() && !connection.call({"AUTH", password}, deadline)) return "";
  connection.queue(std::vector<std::string_view>(words.begin(), words.end()));
  if (connection.send(deadline)) return "";
  const auto reply = connection.receive(deadline);
  if (!reply) return "";
  return reply.value().kind == redis::Reply::Kind::number ? std::to_string(reply.value().number) : reply.value().text;
}

namespace {

constexpr auto replicating =
    "repl-diskless-sync yes\nrepl-diskless-sync-delay 0\nrepl-ping-replica-period 1\nappendonly yes\n";

} // namespace

SentinelSystem::SentinelSystem(std::chrono::milliseconds down_after)
    : first(replicating), second(replicating + ("replicaof 127.0.0.1 " + std::to_string(first.port())) + "\n"),
      sentinel("sentinel monitor greeter 127.0.0.1 " + std::to_string(first.port()) +
                   " 1\nsentinel down-after-milliseconds greeter " + std::to_string(down_after.count()) +
                   "\nsentinel failover-timeout greeter 2000\n",
               RedisServer::Role::sentinel) {
  wait_for("the replica does not follow",
           [this] { return second.run({"INFO", "replication"}).find("master_link_status:up") != std::string::npos; });
  // Before that, what it was sent is in memory alone: a kill would take it.
  wait_for("the replica does not keep what it follows", [this] {
    const auto state = second.run({"INFO", "persistence"});
    return state.find("aof_enabled:1") != std::string::npos &&
           state.find("aof_rewrite_in_progress:0") != std::string::npos &&
           state.find("aof_rewrite_scheduled:0") != std::string::npos;
  });
  wait_for("the sentinel does not know the replica",
           [this] { return sentinel.run({"INFO", "sentinel"}).find("slaves=1") != std::string::npos; });
}

} // namespace greeter::test
