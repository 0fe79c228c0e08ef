// The exit codes of every command, and which error means which.
#pragma once
#include <array>
#include <string_view>

namespace greeter {

enum Exit {
  exit_ok = 0,
  exit_failed = 1,      // what was checked is not as it should be, or anything that has no code of its own
  exit_usage = 2,       // it could not start: arguments, settings, files, ports
  exit_not_found = 3,   // no such greeting or customer
  exit_conflict = 4,    // what is there is not what was expected
  exit_not_allowed = 5, // no token, a wrong one, or one that may not do this
  exit_unavailable = 6, // nobody answers, or not in time
  exit_invalid = 7,     // the greeting breaks a rule
};

// For --help and the manual.
inline constexpr std::array<std::string_view, 8> exit_meanings{
    "all went well",
    "a check failed, or something else went wrong",
    "it could not start: arguments, settings, files, ports",
    "no such greeting or customer",
    "conflict: what is there is not what was expected",
    "not allowed: no token, a wrong one, or one for reading only",
    "unavailable: nobody answers, or not in time",
    "invalid: a greeting breaks a rule",
};

// What an HTTP status means for whoever called a command.
constexpr Exit exit_of_status(int status) {
  if (status >= 200 && status < 300) return exit_ok;
  switch (status) {
  case 400: return exit_usage;
  case 401:
  case 403: return exit_not_allowed;
  case 404: return exit_not_found;
  case 409:
  case 412:
  case 428: return exit_conflict;
  case 413:
  case 422: return exit_invalid;
  case 408:
  case 429:
  case 502:
  case 503:
  case 504: return exit_unavailable;
  default: return exit_failed;
  }
}

} // namespace greeter
