// Serves HTTP/1.1 on one port: a few workers, each an event loop with a listener and connections of its own. No worker
// waits for a client, workers share nothing but a few counters, an idle connection owns no buffer.
#pragma once
#include "base/error.hpp"
#include "base/fd.hpp"
#include "http/admission.hpp"
#include "http/channel.hpp"
#include "http/framing.hpp"
#include "http/handler.hpp"
#include "http/metrics.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace greeter {

struct EngineLimits {
  FrameLimits frame;
  std::size_t connections = 16'384;              // in all; a further one gets 503
  std::size_t connections_per_address = 12'288;  // likewise
  std::vector<Network> trusted_proxies = {};     // have as many as they like
  std::size_t buffer_bytes = 16'777'216;         // unfinished requests and untaken responses of all connections
  std::size_t requests_per_connection = 100'000; // the last one's response ends the connection
  std::size_t requests_per_turn = 64;            // answered before other connections are looked at
  std::chrono::milliseconds head{5'000};         // first byte of a request until the end of its head
  std::chrono::milliseconds body{10'000};        // end of the head until the end of the body
  std::chrono::milliseconds idle{100'000};       // before the first byte of a request
  std::chrono::milliseconds send{10'000};        // response ready until taken by the client
  std::chrono::milliseconds answer{30'000};      // end of a request until its response is ready
  std::chrono::milliseconds linger{1'000};       // how long a connection about to be closed may still talk
};

struct EngineOptions {
  std::string host;
  std::uint16_t port = 0;
  std::string_view port_setting; // what an error about the port tells people to change
  EngineLimits limits;
  ChannelFactory channels = {}; // none: plain HTTP
};

// State that an engine's workers share.
struct EngineState {
  EngineState(const EngineLimits& chosen, ChannelFactory made_by)
      : admission(chosen.connections, chosen.connections_per_address, chosen.trusted_proxies), limits(chosen),
        channels(std::move(made_by)) {}

  alignas(64) Admission admission;                // changes often: on cache lines of its own
  std::atomic<std::size_t> buffered{0};           // bytes, of limits.buffer_bytes
  std::atomic<std::chrono::milliseconds> grace{}; // valid once `drain` is signalled
  const EngineLimits limits;
  const ChannelFactory channels;
  Fd drain;                         // an eventfd: take no more clients
  Fd finished;                      // an eventfd: the last worker is done
  std::atomic<unsigned> running{0}; // workers
  std::atomic<bool> closing{false}; // every response ends its connection
};

class Engine {
public:
  // Makes the handler of a worker.
  using HandlerFactory = std::function<std::unique_ptr<Handler>(unsigned worker)>;

  // One worker for each of `metrics`, which must outlive the engine. When this returns, clients can connect.
  static Result<std::unique_ptr<Engine>> start(const EngineOptions& options, std::span<WorkerMetrics> metrics,
                                               const HandlerFactory& handler_for);

  // Cuts off what is still there.
  ~Engine();

  std::uint16_t port() const { return port_; }
  std::size_t connections() const { return state_.admission.connections(); }

  // From now on every response says "Connection: close" and ends its connection; new clients are still taken.
  void announce_close() { state_.closing.store(true, std::memory_order_relaxed); }

  // Takes no new clients, answers what is on its way, ends when every connection has; cuts off the rest after `grace`.
  void drain(std::chrono::milliseconds grace);

  // Readable when all workers are done after drain().
  int finished_fd() const { return state_.finished.get(); }

private:
  Engine(const EngineLimits& limits, const ChannelFactory& channels) : state_(limits, channels) {}

  EngineState state_;
  std::uint16_t port_ = 0;
  std::vector<std::thread> threads_;
};

} // namespace greeter
