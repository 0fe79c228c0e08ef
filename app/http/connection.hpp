// A client's connection, and what it waits for.
#pragma once
#include "base/fd.hpp"

#include <chrono>
#include <list>
#include <string>

namespace greeter {

using Clock = std::chrono::steady_clock;

struct Phase;

struct Connection {
  Fd fd;
  std::string peer;
  std::string in = {};    // beginning of an incomplete request
  std::string out = {};   // end of a response that the socket did not take yet
  bool backlog = false;   // `in` may hold complete requests, left for the next turn
  bool closing = false;   // close as soon as everything is sent
  bool continued = false; // "100 Continue" was sent for the request being received
  Clock::time_point since = {};
  Phase* phase = nullptr;
  std::list<Connection>::iterator self = {};
};

// Members wait for the same thing for the same time, so the one whose time is up first is always in front.
struct Phase {
  std::chrono::milliseconds timeout;
  std::list<Connection> members = {};

  bool expired(Clock::time_point now) const { return !members.empty() && now >= members.front().since + timeout; }
};

} // namespace greeter
