// Streams of events (server-sent events, as HTML has them): every change of a customer's greetings, in order.
#pragma once
#include "http/deferred.hpp"
#include "store/store.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace greeter::api {

// Thread-safe.
class EventHub {
public:
  // `streams` is kept at the number of those that are open.
  EventHub(std::size_t most_streams, std::uint64_t sequence, std::atomic<std::size_t>& streams)
      : most_streams_(most_streams), sequence_(sequence), streams_(streams) {}

  // Tells everybody who follows these customers.
  void take(std::span<const Change> changes);

  // Tells everybody that what they know need not be true any more; `sequence` is that of the newest change.
  void reset(std::uint64_t sequence);

  // Sends `head` and from then on the customer's changes; first those after `after` that `store` still knows. False:
  // there are as many streams as there may be, and nothing was sent.
  bool attach(const std::string& customer, std::optional<std::uint64_t> after, Store* store, std::string head,
              const DeferredReply& reply);

  // Sends a sign of life, so that nothing between here and the clients takes the stream for dead. Forgets who has gone.
  void beat();

  std::size_t streams() const { return streams_.load(std::memory_order_relaxed); }

private:
  struct Stream {
    std::string customer;
    std::uint64_t last; // sequence of what was sent last
    DeferredReply reply;
  };
  void forget_gone();

  const std::size_t most_streams_;
  std::mutex mutex_;
  std::uint64_t sequence_; // of the newest change
  std::vector<Stream> members_;
  std::atomic<std::size_t>& streams_;
};

} // namespace greeter::api
