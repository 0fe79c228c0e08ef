#include "cli/help.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <utility>

namespace greeter {

namespace {

class CommandsFirst final : public CLI::Formatter {
public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
    if (mode == CLI::AppFormatMode::Sub) return make_expanded(app);
    const auto footer = make_footer(app);
    return make_description(app) + make_usage(app, std::move(name)) + make_positionals(app) +
           make_subcommands(app, mode) + make_groups(app, mode) + (footer.empty() ? "" : "\n" + footer);
  }

  // Not what excludes what: whoever gives both is told.
  std::string make_option_opts(const CLI::Option* option) const override {
    return (option->get_type_name().empty() ? "" : " " + option->get_type_name()) +
           (option->get_required() ? " (required)" : "");
  }
};

} // namespace

std::shared_ptr<CLI::FormatterBase> help_formatter() {
  auto formatter = std::make_shared<CommandsFirst>();
  formatter->column_width(34);
  return formatter;
}

} // namespace greeter
