// What the event loop asks for a response. The loop knows sockets and frames; a handler knows what to say.
#pragma once
#include "base/address.hpp"
#include "http/deferred.hpp"
#include "http/framing.hpp"
#include "http/ready_response.hpp"
#include "http/request_ids.hpp"

#include <memory>
#include <optional>
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
  mutable std::optional<RequestIds> known_ids = {};

  // Found or made when first asked for: most requests are answered without.
  const RequestIds& ids() const {
    if (!known_ids) known_ids = ids_in(frame.headers);
    return *known_ids;
  }
};

// One object for each worker, called by its thread only. It must not wait: other clients of the worker do.
class Handler {
public:
  virtual ~Handler() = default;

  static constexpr int deferred = 0;

  // Appends the one complete response to `out` and returns its status; or `deferred`.
  virtual int answer(const Exchange& exchange, std::string& out) = 0;

  // A client was sent this status and X-Request-Id without a call of answer(), or after one that deferred: its request
  // could not be read, or was not answered in time.
  virtual void refused(const Address& peer, const RequestIds& ids, int status) = 0;
};

} // namespace greeter
