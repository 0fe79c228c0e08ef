// How --help looks: what one can do first, then the options.
#pragma once
#include <memory>

namespace CLI {
class FormatterBase;
}

namespace greeter {

std::shared_ptr<CLI::FormatterBase> help_formatter();

} // namespace greeter
