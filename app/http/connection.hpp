// A client's connection, and what it waits for.
#pragma once
#include "base/fd.hpp"
#include "http/admission.hpp"
#include "http/channel.hpp"
#include "http/framing.hpp"
#include "http/request_ids.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace greeter {

using Clock = std::chrono::steady_clock;

struct Phase;

// Bytes of memory, counted in a sum that outlives it.
class Charge {
public:
  explicit Charge(std::atomic<std::size_t>& sum) : sum_(sum) {}
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;
  ~Charge() { set(0); }

  void set(std::size_t bytes) {
    if (bytes == bytes_) return;
    sum_.fetch_add(bytes - bytes_, std::memory_order_relaxed); // unsigned: less wraps to less
    bytes_ = bytes;
  }

private:
  std::atomic<std::size_t>& sum_;
  std::size_t bytes_ = 0;
};

// What is still known of a request that is answered later.
struct Asked {
  std::string method;
  RequestIds ids;
};

struct Connection {
  Connection(Fd socket, const Address& client, Admission::Place taken, std::atomic<std::size_t>& buffered)
      : fd(std::move(socket)), peer(client), place(std::move(taken)), charge(buffered) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (gone) gone->store(true, std::memory_order_relaxed);
  }

  Fd fd;
  std::unique_ptr<Channel> channel; // null: bytes travel as they are
  Address peer;
  Admission::Place place;
  Charge charge; // for `in` and `out`

  std::string in;                       // beginning of an incomplete request, or requests left for the next turn
  std::string out;                      // end of a response that the socket did not take yet
  BodyProgress progress;                // of the request in `in`
  std::size_t requests = 0;             // answered so far
  bool has_head = false;                // of the request in `in`, only the body is missing
  bool continued = false;               // "100 Continue" was sent for it
  bool backlog = false;                 // `in` may hold complete requests
  bool closing = false;                 // close as soon as everything is sent
  bool parting = false;                 // the client has said that it sends no more
  std::optional<std::uint32_t> watched; // events it is in the epoll set for; nothing: it is not there

  std::uint64_t id = 0;                    // under which letters find it; 0: none are expected
  std::shared_ptr<std::atomic<bool>> gone; // tells those who write them
  std::unique_ptr<Asked> asked;            // null: no answer is due
  bool streaming = false;                  // its response has begun and ends with the connection

  Clock::time_point since;
  Phase* phase = nullptr;
  std::list<Connection>::iterator self;
};

// Members wait for the same thing for the same time, so the one whose time is up first is always in front.
struct Phase {
  std::chrono::milliseconds timeout;
  Limit limit; // what this is for a client whose time is up
  std::list<Connection> members = {};

  bool expired(Clock::time_point now) const { return !members.empty() && now >= members.front().since + timeout; }
};

} // namespace greeter
