#include "cli/cli.hpp"
#include "cli/commands.hpp"
#include "cli/until_stopped.hpp"

#include "base/fd.hpp"
#include "base/text.hpp"
#include "config/configuration.hpp"
#include "config/watch.hpp"
#include "http/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <optional>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace greeter {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto never = Clock::time_point::max();

// A change of configuration is often several events: it is read once they have been quiet this long,
constexpr auto settled = std::chrono::milliseconds(100);
// or have gone on this long.
constexpr auto patience = std::chrono::seconds(2);

// What the store has at least to count the last visits, and the time between two attempts.
constexpr auto least_to_record = std::chrono::seconds(1);
constexpr auto pause = std::chrono::milliseconds(100);

// The life of a running server: signals, changes of configuration, the way out.
class Service {
public:
  Service(const Settings& settings, Server& server, Log& log, const Fd& signals, Watch& watch, Watch* tokens)
      : settings_(settings), server_(server), log_(log), signals_(signals), watch_(watch), tokens_(tokens) {}

  int run() {
    std::array<pollfd, 5> waits{{{signals_.get(), POLLIN, 0},
                                 {watch_.fd(), POLLIN, 0},
                                 {server_.finished_fd(), POLLIN, 0},
                                 {server_.timer_fd(), POLLIN, 0},
                                 {tokens_ ? tokens_->fd() : -1, POLLIN, 0}}};
    for (;;) {
      ::poll(waits.data(), waits.size(), milliseconds_to_wait());
      if (waits[2].revents) break;
      if (waits[0].revents) on_signal();
      if (waits[1].revents && watch_.consume()) on_change();
      if (waits[3].revents) server_.show_due();
      if (waits[4].revents && tokens_->consume()) on_change();
      if (Clock::now() >= reload_at_) reload();
      if (Clock::now() >= drain_at_) drain();
    }
    record_visits();
    log_.info("stopped");
    return exit_ok;
  }

private:
  int milliseconds_to_wait() const {
    const auto next = std::min(reload_at_, drain_at_);
    if (next == never) return -1;
    return static_cast<int>(std::max(std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count(),
                                     std::chrono::milliseconds::rep{0}));
  }

  void on_signal() {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info) return;
    const auto signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGHUP) return on_change();
    if (stopping_) ::_exit(128 + signal); // whoever asks twice wants it now
    stopping_ = true;
    server_.announce_stop();
    // Load balancers need a moment to see that this instance is not ready; a person at a terminal does not.
    drain_at_ = Clock::now() + (signal == SIGTERM ? settings_.shutdown_delay : std::chrono::milliseconds(0));
    log_.info("stopping", {{"signal", std::string_view(signal == SIGTERM ? "SIGTERM" : "SIGINT")}});
  }

  void on_change() {
    const auto now = Clock::now();
    if (reload_at_ == never) first_change_ = now;
    reload_at_ = std::min(now + settled, first_change_ + patience);
  }

  void reload() {
    reload_at_ = never;
    reload_tokens();
    auto configuration = load_configuration(settings_);
    if (!configuration) return refuse_configuration(configuration.error().message);
    const auto before = server_.site();
    if (before->greeter->knows_its_customer() && !knows(configuration.value(), before->greeter->only()))
      return refuse_configuration("there is no customer named " + in_quotes(before->greeter->only()) + " any more");
    server_.publish(std::move(configuration.value()));
    const auto site = server_.site();
    if (site->hash == before->hash) return log_.debug("configuration read again; nothing changed");
    log_.info("configuration changed",
              {{"hash", std::string_view(site->hash)}, {"customers", site->greeter->customers().size()}});
  }

  void reload_tokens() {
    const auto tokens = server_.reload_tokens();
    if (!tokens)
      log_.error("tokens refused; the last good ones hold", {{"reason", std::string_view(tokens.error().message)}});
  }

  // Whoever is greeted goes on being greeted: the last good configuration stays.
  void refuse_configuration(const std::string& reason) {
    server_.count_refused_configuration();
    log_.error("configuration refused; the last good one is served", {{"reason", std::string_view(reason)}});
  }

  void drain() {
    drain_at_ = never;
    log_.info("draining", {{"connections", server_.connections()}});
    server_.drain(settings_.shutdown_grace);
    record_by_ = Clock::now() + std::max<Clock::duration>(settings_.shutdown_grace, least_to_record);
  }

  // The last greetings that were given have to be counted; where the store is away, it has as long as requests have.
  void record_visits() {
    for (;;) {
      const auto error = server_.record_visits();
      if (!error) return;
      pollfd signal{signals_.get(), POLLIN, 0};
      if (::poll(&signal, 1, static_cast<int>(pause.count())) == 0 && Clock::now() < record_by_) continue;
      return log_.error("visits are lost: the store did not take them in time",
                        {{"visits", server_.pending_visits()}, {"reason", std::string_view(error->message)}});
    }
  }

  const Settings& settings_;
  Server& server_;
  Log& log_;
  const Fd& signals_;
  Watch& watch_;
  Watch* tokens_; // null: there are none
  bool stopping_ = false;
  Clock::time_point reload_at_ = never;
  Clock::time_point first_change_;
  Clock::time_point drain_at_ = never;
  Clock::time_point record_by_ = never;
};

void warn_of_unknown_customer(const Site& site, Log& log) {
  const auto reason = unready_reason(site);
  if (reason.empty()) return;
  std::string known;
  for (const auto& customer : site.greeter->customers()) known += (known.empty() ? "" : ", ") + customer.name;
  log.warning("not ready", {{"reason", std::string_view(reason)}, {"known", std::string_view(known)}});
}

int refuse(const Error& error) {
  fmt::print(stderr, "greeter: {}\n", error.message);
  return exit_usage;
}

} // namespace

int serve(const Settings& settings, const Environment& environment) {
  const auto signals = take_signals({SIGTERM, SIGINT, SIGHUP});
  Watch watch(settings.config); // before the first read: no change falls between the two
  std::optional<Watch> tokens;
  if (!settings.token_file.empty()) tokens.emplace(settings.token_file);
  auto configuration = load_configuration(settings);
  if (!configuration) return refuse(configuration.error());

  Log log(settings.log_level, log_format(settings), settings.access_log);
  for (const auto& line : unknown_variables(environment)) log.warning(line);
  auto server = Server::start(settings, std::move(configuration.value()), log);
  if (!server) return refuse(server.error());
  const auto site = server.value()->site();
  log.info("serving", {{"port", std::uint64_t{server.value()->port()}},
                       {"management_port", std::uint64_t{server.value()->management_port()}},
                       {"customers", site->greeter->customers().size()},
                       {"hash", std::string_view(site->hash)}});
  warn_of_unknown_customer(*site, log);
  if (watch.fd() < 0) log.warning("this system has no inotify: send SIGHUP after a change of the configuration");
  if (settings.token_file.empty()) log.info("no API: GREETER_TOKEN_FILE is not set");
  return Service(settings, *server.value(), log, signals, watch, tokens ? &*tokens : nullptr).run();
}

} // namespace greeter
