// The command line: finds the command and hands over to it.
#pragma once
#include "cli/exit.hpp"

namespace greeter {

// Never throws; returns an Exit.
int run(int argc, const char* const* argv);

} // namespace greeter
