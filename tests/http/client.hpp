// A raw HTTP client: sends just the bytes a test gives it, and shows the bytes that come back.
#pragma once
#include "base/fd.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace greeter::test {

struct Reply {
  int status = 0;
  std::string head;
  std::string body;
  bool has(std::string_view line) const; // a whole line of the head
};

struct ClientOptions {
  const char* from = "";  // its own address; empty: the system chooses
  int receive_buffer = 0; // bytes the system may take in for it; 0: as it likes
};

// Every wait ends after a few seconds, with what there is.
class Client {
public:
  explicit Client(std::uint16_t port, const ClientOptions& options = {});
  Client(Fd socket, std::uint16_t port); // by a socket that is there already

  void send(std::string_view bytes) const;
  void send_by_byte(std::string_view bytes) const; // a packet each
  void finish() const;                             // half-closes: nothing more will be sent
  void abandon();                                  // resets the connection

  // The next response by its Content-Length; status 0 when none came whole. A HEAD response has no body.
  Reply receive(bool head = false);
  // Everything until the server closes. `closed` tells whether it did, `reset` whether it did so without an end.
  std::string receive_all();
  // Takes what has arrived, without waiting.
  void take();
  bool closed_by_server() const { return closed_; }
  bool reset_by_server() const { return reset_; }
  // Whether nothing arrives within this time.
  bool is_silent(std::chrono::milliseconds time) const;

private:
  bool more(int wait_ms);

  Fd fd_;
  std::string buffer_;
  bool closed_ = false;
  bool reset_ = false;
};

// One request on a connection of its own; "Host: host" and "Connection: close" are added.
Reply get(std::uint16_t port, std::string_view path, std::string_view host = "localhost");

} // namespace greeter::test
