// Both ports of the program, and the configuration they serve.
#pragma once
#include "base/log.hpp"
#include "base/published.hpp"
#include "config/configuration.hpp"
#include "http/api/api.hpp"
#include "http/board.hpp"
#include "http/engine.hpp"
#include "http/management_handler.hpp"
#include "http/metrics.hpp"
#include "http/visits.hpp"
#include "store/store.hpp"

#include <atomic>
#include <memory>

namespace greeter {

// Methods belong to one thread. `settings` and `log` outlive it.
class Server {
public:
  // Opens the store, reads the tokens; when this returns, clients can connect. Errors say which setting to change.
  static Result<std::unique_ptr<Server>> start(const Settings& settings, Configuration configuration, Log& log);

  std::uint16_t port() const { return public_->port(); }
  std::uint16_t management_port() const { return management_->port(); }
  std::shared_ptr<const Site> site() const { return board_.site().current(); }

  void publish(Configuration configuration);
  void count_refused_configuration();

  // Readable when the greetings that are due change with time: show_due() then.
  int timer_fd() const { return board_.timer_fd(); }
  void show_due() { board_.tick(); }

  // Reads the tokens anew. In an error the old ones stay.
  Result<std::size_t> reload_tokens();

  // Not ready from now on; goes on serving, and every response ends its connection.
  void announce_stop();
  // Takes no more clients; finished_fd() is readable when the last one has its answer or `grace` is over.
  void drain(std::chrono::milliseconds grace);
  int finished_fd() const { return public_->finished_fd(); }
  std::size_t connections() const { return public_->connections(); }

  // Brings to the store what it does not have of the greetings that were given. An error: they go on waiting.
  std::optional<Error> record_visits() { return visits_ ? visits_->record() : std::nullopt; }
  std::uint64_t pending_visits() const { return visits_ ? visits_->pending() : 0; }

private:
  Server(const Settings& settings, Configuration configuration, std::unique_ptr<Store> store,
         const Store::Contents& stored, Log& log);
  Store::Listener listener(Log& log);
  Managed managed() const;

  const Settings& settings_;
  unsigned workers_;
  std::atomic<bool> stopping_{false};
  Metrics metrics_;
  Metrics management_metrics_{1};
  Board board_;
  api::EventHub events_;
  std::unique_ptr<Store> store_;          // null: none; its listener tells the two above
  std::unique_ptr<VisitRecorder> visits_; // null where there is no store
  std::unique_ptr<api::Api> api_;         // null: no tokens
  std::unique_ptr<Engine> public_;
  std::unique_ptr<Engine> management_;
};

} // namespace greeter
