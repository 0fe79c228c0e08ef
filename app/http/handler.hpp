// What the event loop asks for a response. The loop knows sockets and frames; a handler knows what to say.
#pragma once
#include "base/address.hpp"
#include "http/deferred.hpp"
#include "http/framing.hpp"
#include "http/ready_response.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace greeter {

// Lets a handler answer later.
class Deferral {
public:
  // The caller answers through it, and the handler returns `deferred`. Call once at most.
  virtual DeferredReply defer() = 0;

protected:
  ~Deferral() = default;
};

struct Exchange {
  const Frame& frame;     // what framing knows of it
  std::string_view bytes; // the whole request
  const Address& peer;
  Persistence persistence; // which the response has to state
  std::string_view date;   // for the Date field
  Deferral* later;
};

// One object for each worker, called by its thread only. It must not wait: other clients of the worker do.
class Handler {
public:
  virtual ~Handler() = default;

  static constexpr int deferred = 0;

  // Appends the one complete response to `out` and returns its status; or `deferred`.
  virtual int answer(const Exchange& exchange, std::string& out) = 0;

  // A client was sent this status without being asked about: its request could not be read.
  virtual void refused(const Address& peer, int status) = 0;
};

} // namespace greeter
