// Small files and what is encoded in them.
#pragma once
#include "base/error.hpp"

#include <optional>
#include <string>

namespace greeter::kube {

// 1 MiB at most. `invalid`: it can't be read.
Result<std::string> read_text(const std::string& file);

std::optional<std::string> from_base64(std::string_view text);
std::string to_base64(std::string_view bytes); // on one line

} // namespace greeter::kube
