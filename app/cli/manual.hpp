// The manual page, made from the command line's description.
#pragma once
#include "cli/description.hpp"

namespace greeter {

// roff with the man macros, section 1. Pure.
std::string manual(const CommandDescription& program);

} // namespace greeter
