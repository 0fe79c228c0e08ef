// The command line: finds the command and hands over to it.
#pragma once

namespace greeter {

// Exit codes of every command.
enum Exit {
  exit_ok = 0,
  exit_failed = 1, // what was checked is not as it should be
  exit_usage = 2,  // it could not start: arguments, settings, files, ports
};

int run(int argc, const char* const* argv);

} // namespace greeter
