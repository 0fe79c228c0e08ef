// Files of the person at the command line.
#pragma once
#include "base/error.hpp"

#include <string>
#include <string_view>

namespace greeter {

// The whole of a file; "-" is standard input. 64 MiB at most. Errors name the file and what the system says.
Result<std::string> read_file(const std::string& file);

// Replaces `file` at once: nobody ever sees half of it. `mode` is a new file's, less the umask. Devices and pipes are
// written to as they are.
Result<bool> write_file(const std::string& file, std::string_view text, unsigned mode = 0666);

} // namespace greeter
