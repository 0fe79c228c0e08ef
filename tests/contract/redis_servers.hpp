// Real Redis servers and sentinels on loopback, on ports of their own, gone with the object.
#pragma once
#include "support/folder.hpp"
#include "support/port.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace greeter::test {

// One process of redis-server.
class RedisServer {
public:
  enum class Role { server, sentinel };
  explicit RedisServer(const std::string& configuration, Role role = Role::server);
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::uint16_t port() const { return port_.number(); }
  void stop(int signal); // and waits for its end
  void start();          // again, with what it has on its disk
  void signal(int signal) const;
  // A command, as words; the reply's text or number. "" where there is none.
  std::string run(const std::vector<std::string>& words, const std::string& password = "") const;
  const Folder folder;

private:
  const Role role_;
  const Port port_;
  pid_t process_ = -1;
};

// A master, a replica and a sentinel, which takes over after this time without an answer. The master is called greeter.
class SentinelSystem {
public:
  explicit SentinelSystem(std::chrono::milliseconds down_after = std::chrono::milliseconds(500));
  RedisServer first, second, sentinel;
};

} // namespace greeter::test
