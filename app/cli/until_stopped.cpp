#include "cli/until_stopped.hpp"

#include "cli/exit.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace greeter {

namespace {

// None waits: 0.
int next_signal(const Fd& signals) {
  signalfd_siginfo info{};
  if (::read(signals.get(), &info, sizeof info) != sizeof info) return 0;
  return static_cast<int>(info.ssi_signo);
}

} // namespace

Fd take_signals(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return Fd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

LogFormat log_format(const Settings& settings) {
  return settings.log_format.value_or(::isatty(STDOUT_FILENO) ? LogFormat::text : LogFormat::json);
}

int run_until_stopped(const Settings& settings, Log& log, const Fd& signals, const Ending& ending) {
  using Clock = std::chrono::steady_clock;
  auto drain_at = Clock::time_point::max();
  bool stopping = false, draining = false;
  std::array<pollfd, 2> waits{{{signals.get(), POLLIN, 0}, {ending.finished_fd, POLLIN, 0}}};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(drain_at - Clock::now()).count();
    const bool waits_for_drain = stopping && !draining;
    ::poll(waits.data(), waits.size(), waits_for_drain ? static_cast<int>(std::max<decltype(left)>(left, 0)) : -1);
    if (waits[1].revents) break;
    if (const int signal = next_signal(signals)) {
      if (stopping) ::_exit(128 + signal); // whoever asks twice wants it now
      stopping = true;
      ending.announce();
      // Whoever asks us needs a moment to see that we are not ready; a person at a terminal does not.
      drain_at = Clock::now() + (signal == SIGTERM ? settings.shutdown_delay : std::chrono::milliseconds(0));
      log.info("stopping", {{"signal", std::string_view(signal == SIGTERM ? "SIGTERM" : "SIGINT")}});
    }
    if (stopping && !draining && Clock::now() >= drain_at) {
      draining = true;
      ending.drain(settings.shutdown_grace);
    }
  }
  log.info("stopped");
  return exit_ok;
}

} // namespace greeter
