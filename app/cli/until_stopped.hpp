// Commands that serve until SIGTERM or SIGINT.
#pragma once
#include "base/fd.hpp"
#include "base/log.hpp"
#include "config/settings.hpp"

#include <functional>
#include <initializer_list>

namespace greeter {

// Readable when one of these has come. To be called before any thread is made: they inherit that it is blocked.
Fd take_signals(std::initializer_list<int> signals);

// The setting's; without one, text where a person reads it.
LogFormat log_format(const Settings& settings);

// What such a command does when it is to end.
struct Ending {
  std::function<void()> announce;                             // not ready from now on; goes on serving
  std::function<void(std::chrono::milliseconds grace)> drain; // ends what it is at, within this time
  int finished_fd;                                            // readable when that is done
};

// Waits for SIGTERM or SIGINT, then announces the end, and after the settings' delay (SIGTERM alone has it) drains. A
// second signal ends the process at once. Returns an Exit.
int run_until_stopped(const Settings& settings, Log& log, const Fd& signals, const Ending& ending);

} // namespace greeter
