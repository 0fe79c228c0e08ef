// Both ports of the program, and the configuration they serve.
#pragma once
#include "base/log.hpp"
#include "base/published.hpp"
#include "config/configuration.hpp"
#include "http/engine.hpp"
#include "http/metrics.hpp"
#include "http/site.hpp"

#include <atomic>
#include <memory>

namespace greeter {

// Methods belong to one thread. `settings` and `log` outlive it.
class Server {
public:
  // When this returns, clients can connect. Errors say which port and what to change.
  static Result<std::unique_ptr<Server>> start(const Settings& settings, Configuration configuration, Log& log);

  std::uint16_t port() const { return public_->port(); }
  std::uint16_t management_port() const { return management_->port(); }
  std::shared_ptr<const Site> site() const { return site_.current(); }

  void publish(Configuration configuration);
  void count_refused_configuration();

  // Not ready from now on; goes on serving, and every response ends its connection.
  void announce_stop();
  // Takes no more clients; finished_fd() is readable when the last one has its answer or `grace` is over.
  void drain(std::chrono::milliseconds grace);
  int finished_fd() const { return public_->finished_fd(); }
  std::size_t connections() const { return public_->connections(); }

private:
  Server(const Settings& settings, Configuration configuration);

  unsigned workers_;
  std::atomic<bool> stopping_{false};
  Metrics metrics_;
  Metrics management_metrics_{1};
  Published<Site> site_;
  std::unique_ptr<Engine> public_;
  std::unique_ptr<Engine> management_;
};

} // namespace greeter
