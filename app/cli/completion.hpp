// Scripts that complete greeter's command line. Pure functions of its description.
#pragma once
#include "cli/description.hpp"

namespace greeter {

std::string bash_completion(const CommandDescription& program);
std::string zsh_completion(const CommandDescription& program);
std::string fish_completion(const CommandDescription& program);

} // namespace greeter
