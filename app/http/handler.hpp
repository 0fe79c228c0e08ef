// What the event loop asks for a response. The loop knows sockets and frames; a handler knows what to say.
#pragma once
#include "http/framing.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace greeter {

struct Exchange {
  const Frame& frame;    // what framing knows of it
  std::string_view peer; // the client's address
  bool close;            // the connection ends after this response, which has to say so
};

// One object for each worker, called by its thread only. It must not wait: other clients of the worker do.
class Handler {
public:
  virtual ~Handler() = default;

  // Appends the one complete response to `out`. Returns its status.
  virtual int answer(const Exchange& exchange, std::string& out) = 0;

  // A client was sent this status without being asked about: its request could not be read.
  virtual void refused(std::string_view peer, int status) = 0;
};

} // namespace greeter
