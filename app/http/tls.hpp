// TLS 1.2 and later for the clients of an engine.
#pragma once
#include "base/error.hpp"
#include "http/channel.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

struct ssl_ctx_st;

namespace greeter {

// Thread-safe. Outlives its channels. The process has to ignore SIGPIPE.
class TlsServer {
public:
  // What clients are shown from their next connection on; those that are there keep what they have. PEM, in
  // `certificates` the server's own first. `invalid`: the two don't make a pair, or are something else.
  std::optional<Error> use(const std::string& certificates, const std::string& key);

  // Null while there is no certificate.
  std::unique_ptr<Channel> channel(int socket);

  // Clients that did not get as far as a request: no TLS, too old a version, a certificate they did not believe.
  std::uint64_t failures() const { return failures_; }

private:
  std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_; // guarded by mutex_
  std::atomic<std::uint64_t> failures_{0};
};

} // namespace greeter
