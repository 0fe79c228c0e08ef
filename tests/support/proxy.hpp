// Somebody between a client and a server on loopback, who can be made to misbehave. Gone with the object.
#pragma once
#include "base/fd.hpp"

#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <thread>

namespace greeter::test {

class Proxy {
public:
  explicit Proxy(std::uint16_t server);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  std::uint16_t port() const { return port_; }
  void cut();                                 // every connection there is
  void refuse(bool on) { refuses_ = on; }     // new ones are closed at once
  void hold_answers(bool on) { holds_ = on; } // what the server sends stays here, for ever
  std::uint64_t connections() const { return connections_; }

private:
  struct Pair {
    Fd client, server;
    std::atomic<bool> over = false;
    std::jthread thread;
  };
  void accept(const std::stop_token& stop);
  void forward(Pair& pair);

  const std::uint16_t server_;
  std::uint16_t port_ = 0;
  Fd listener_;
  std::atomic<bool> refuses_ = false, holds_ = false;
  std::atomic<std::uint64_t> connections_ = 0;
  std::mutex mutex_;
  std::list<Pair> pairs_;
  std::jthread thread_;
};

} // namespace greeter::test
