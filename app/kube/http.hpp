// HTTP/1.1 with the API server, on one connection. Strict, and within limits: it is a server that we ask with a
// credential, but what answers may be something else.
#pragma once
#include "net/stream.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace greeter::kube {

struct Head {
  int status = 0;
  std::optional<std::chrono::seconds> retry_after;
};

// Belongs to one thread at a time. After an error it is of no use any more.
class Http {
public:
  explicit Http(Stream stream) : stream_(std::move(stream)) {}

  // Sends a request, which is all its bytes, and receives the head of its response.
  Result<Head> ask(std::string_view request, Deadline deadline);

  // Appends a byte or more of the body to `out`; false: that was all. `internal` where the server does not keep to
  // HTTP.
  Result<bool> read(std::string& out, Deadline deadline);

  // Whether another request may be sent, as far as can be known without asking.
  bool is_reusable() const { return done_ && !closes_ && in_.empty() && stream_.is_quiet(); }
  void interrupt_by(int fd) { stream_.interrupt_by(fd); }

private:
  std::optional<Error> fill(Deadline deadline);
  Result<std::string> line(Deadline deadline);
  Result<Head> read_head(Deadline deadline);
  std::optional<Error> read_field(const std::string& line, Head& head);
  std::optional<Error> begin_chunk(Deadline deadline);

  Stream stream_;
  std::string in_; // received, not yet read
  bool done_ = true, closes_ = false;
  bool chunked_ = false, in_chunks_ = false; // the latter: a chunk was read before
  std::optional<std::size_t> length_;
  std::size_t left_ = 0; // of the body, or of the chunk
};

} // namespace greeter::kube
