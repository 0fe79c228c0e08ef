// Responses that are made later, by another thread than the worker that owns the connection.
#pragma once
#include "base/fd.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace greeter {

// What other threads have for a worker. Thread-safe; outlives the worker.
class Mailbox {
public:
  struct Letter {
    std::uint64_t connection;
    std::string bytes;
    int status; // of the response that these bytes end; 0: more of it follows
  };

  Mailbox();

  // Readable while letters wait.
  int fd() const { return wake_.get(); }
  void post(Letter letter);
  std::vector<Letter> take();

private:
  Fd wake_;
  std::mutex mutex_;
  std::vector<Letter> letters_;
};

// The right to answer one request, from any thread. Whoever holds it answers in the end: until then, or until a time of
// the engine's is over, the client waits.
class DeferredReply {
public:
  DeferredReply(std::shared_ptr<Mailbox> mailbox, std::uint64_t connection,
                std::shared_ptr<const std::atomic<bool>> gone)
      : mailbox_(std::move(mailbox)), connection_(connection), gone_(std::move(gone)) {}

  // A whole response, or the end of one.
  void send(std::string bytes, int status) const { mailbox_->post({connection_, std::move(bytes), status}); }
  // A part of a response without end, which ends with the connection.
  void stream(std::string bytes) const { mailbox_->post({connection_, std::move(bytes), 0}); }
  // The client has left: nobody reads what is sent.
  bool is_gone() const { return gone_->load(std::memory_order_relaxed); }

private:
  std::shared_ptr<Mailbox> mailbox_;
  std::uint64_t connection_;
  std::shared_ptr<const std::atomic<bool>> gone_;
};

} // namespace greeter
