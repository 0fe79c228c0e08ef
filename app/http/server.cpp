#include "http/server.hpp"

#include "base/process.hpp"
#include "base/text.hpp"
#include "http/metrics_text.hpp"
#include "http/public_handler.hpp"
#include "store/open.hpp"

#include <fmt/format.h>

#include <ctime>

namespace greeter {

Server::Server(const Settings& settings, Configuration configuration, std::unique_ptr<Store> store,
               const Store::Contents& stored, Log& log)
    : settings_(settings), workers_(settings.workers ? settings.workers : usable_cpus()), metrics_(workers_),
      board_(std::move(configuration), stored, workers_),
      events_(settings.max_streams, stored.sequence, metrics_.store.streams), store_(std::move(store)) {
  metrics_.reloads.last_success = std::time(nullptr);
  if (!store_) return;
  store_->listen(listener(log));
  visits_ = std::make_unique<VisitRecorder>(board_, *store_, log);
}

Store::Listener Server::listener(Log& log) {
  return {.changed =
              [this](std::span<const Change> changes) {
                board_.take(changes);
                events_.take(changes);
              },
          .replaced =
              [this, &log](const Store::Contents& contents) {
                board_.replace(contents);
                events_.reset(contents.sequence);
                log.info("the store was read anew", {{"greetings", contents.greetings.size()}});
              },
          .availability =
              [&log](const std::optional<Error>& away) {
                if (away)
                  log.error("the store is away; greetings go on", {{"reason", std::string_view(away->message)}});
                else log.info("the store is there again");
              },
          .refused =
              [&log](const std::string& object, const std::string& why) {
                log.warning("a greeting of the store breaks a rule and is left out",
                            {{"object", std::string_view(object)}, {"reason", std::string_view(why)}});
              },
          .given_up =
              [&log](std::size_t counts) {
                log.warning("the store has no room for all counts of visits: the smallest were given up",
                            {{"counts", counts}});
              }};
}

Result<std::unique_ptr<Server>> Server::start(const Settings& settings, Configuration configuration, Log& log) {
  std::unique_ptr<Store> store;
  Store::Contents stored;
  if (settings.store != "none") {
    const auto kept = std::chrono::duration_cast<std::chrono::seconds>(settings.changes_kept);
    if (const auto fault = store_url_fault(settings.store)) {
      const auto scheme = settings.store.find("://"); // what follows may hold a password
      const auto shown = scheme == std::string::npos ? settings.store : settings.store.substr(0, scheme) + "://...";
      return Error{ErrorCode::invalid, fmt::format("GREETER_STORE={} can't be used: {}", in_quotes(shown), *fault)};
    }
    auto opened = open_store(settings.store, {.changes_kept = kept,
                                              .wait = settings.store_wait,
                                              .password_file = settings.store_password_file,
                                              .sentinel_password_file = settings.sentinel_password_file});
    if (!opened) return opened.error();
    store = std::move(opened.value());
    auto contents = store->load();
    const bool may_come = !store->status().loaded; // and then it says so
    if (!contents && (contents.error().code != ErrorCode::unavailable || !may_come)) return contents.error();
    if (contents) stored = std::move(contents.value());
    else
      log.error("the store is away; until it is there, greetings are those of the configuration",
                {{"reason", std::string_view(contents.error().message)}});
  }
  std::unique_ptr<Server> server(new Server(settings, std::move(configuration), std::move(store), stored, log));
  if (!settings.token_file.empty()) {
    auto tokens = Tokens::read(settings.token_file);
    if (!tokens) return tokens.error();
    const api::Context context{settings,        server->board_,        server->store_.get(), server->visits_.get(),
                               server->events_, server->metrics_.store};
    server->api_ = std::make_unique<api::Api>(context, std::move(tokens.value()), log);
  }
  auto management = start_management(server->managed(), server->management_metrics_.workers()[0], log);
  if (!management) return management.error();
  server->management_ = std::move(management.value());

  auto open = Engine::start({settings.host, settings.port, "GREETER_PORT", limits_of(settings)},
                            server->metrics_.workers(), [&](unsigned worker) {
                              return std::make_unique<PublicHandler>(server->board_.site(), server->api_.get(),
                                                                     settings, log, worker);
                            });
  if (!open) return open.error();
  server->public_ = std::move(open.value());
  return server;
}

Managed Server::managed() const {
  return {.settings = settings_,
          .unready = [this] { return stopping_ ? "shutting down" : unready_reason(*board_.site().current()); },
          .metrics = [this] { return metrics_text(metrics_, *board_.site().current(), store_.get(), visits_.get()); },
          .about =
              [this] {
                const auto site = board_.site().current();
                return nlohmann::ordered_json{{"hash", site->hash}, {"customers", site->greeter->customers().size()}};
              }};
}

void Server::publish(Configuration configuration) {
  board_.configure(std::move(configuration));
  if (!visits_) board_.collect_visits([](auto&&...) {}); // lets counts go that nobody asks for
  metrics_.reloads.successes.add();
  metrics_.reloads.last_succeeded = true;
  metrics_.reloads.last_success = std::time(nullptr);
}

void Server::count_refused_configuration() {
  metrics_.reloads.failures.add();
  metrics_.reloads.last_succeeded = false;
}

Result<std::size_t> Server::reload_tokens() {
  if (!api_) return std::size_t{0};
  auto tokens = Tokens::read(settings_.token_file);
  if (!tokens) return tokens.error();
  const auto count = tokens.value().size();
  api_->replace_tokens(std::move(tokens.value()));
  return count;
}

void Server::announce_stop() {
  stopping_ = true;
  public_->announce_close();
}

void Server::drain(std::chrono::milliseconds grace) { public_->drain(grace); }

} // namespace greeter
