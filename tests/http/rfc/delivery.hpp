// Sends the bytes of cases to a server, cut as the network may cut them, and reports what is not as it should be.
#pragma once
#include "http/rfc/case.hpp"
#include "http/running.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace greeter::test::rfc {

// Round trips on a connection of its own, to a server with one worker.
class Pulse {
public:
  explicit Pulse(std::uint16_t port) : client_(port) {}
  void beat();
  // When this returns, everything that was sent before has been read. A single beat may be taken before others of the
  // same turn of the event loop; the second one is in a later turn.
  void settle() {
    beat();
    beat();
  }
  std::size_t beats() const { return beats_; }

private:
  Client client_;
  std::size_t beats_ = 0;
};

enum class Delivery {
  whole,        // in one piece
  byte_by_byte, // each read by itself; of long cases the beginning and the end
  in_two        // once for each place to cut at; of long cases a sample with all places that matter
};

// One sentence for each case that failed, and one if the server counted other requests than those that were due. The
// server has one worker.
std::vector<std::string> deliver(Running& running, const std::vector<Case>& cases, Delivery delivery);

} // namespace greeter::test::rfc
