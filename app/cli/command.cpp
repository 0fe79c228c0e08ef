#include "cli/command.hpp"

#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace greeter {

CLI::App& Commands::add(CLI::App& parent, const std::string& name, const std::string& help,
                        std::function<int()> action) {
  auto* const command = parent.add_subcommand(name, help);
  actions_[command] = {std::move(action), nullptr};
  return *command;
}

CLI::App& Commands::add(CLI::App& parent, const std::string& name, const std::string& help, WithSettings action) {
  auto* const command = parent.add_subcommand(name, help)->fallthrough();
  actions_[command] = {nullptr, std::move(action)};
  return *command;
}

CLI::App& Commands::group(CLI::App& parent, const std::string& name, const std::string& help, bool settings) {
  auto* const group = parent.add_subcommand(name, help)->require_subcommand(1);
  if (settings) group->fallthrough();
  return *group;
}

int Commands::run() {
  const CLI::App* command = &root_;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  if (const auto found = actions_.find(command); found != actions_.end()) return run(found->second);
  return run(Action{nullptr, serve});
}

int Commands::run(const Action& action) {
  const auto given = flags();
  if (action.plain) {
    if (given.empty()) return action.plain();
    complain(fmt::format("{} is a setting of the server here; what a command has by that name stands after it",
                         given.begin()->first));
    return exit_usage;
  }
  const auto settings = read_settings(environment_, given);
  if (settings) return action.with_settings(settings.value(), environment_);
  complain(settings.error().message);
  return exit_usage;
}

// What was given is found in the map it returns, by flag.
std::map<std::string_view, std::string> Commands::flags() const {
  std::map<std::string_view, std::string> flags;
  for (const auto& spec : setting_specs())
    if (const auto* const option = root_.get_option(std::string(spec.flag)); option->count())
      flags[spec.flag] = option->as<std::string>();
  return flags;
}

void add_settings(CLI::App& app) {
  for (const auto& spec : setting_specs())
    app.add_option(std::string(spec.flag))
        ->description(fmt::format("{} ({}{}{})", spec.help, spec.variable, spec.fallback.empty() ? "" : "; default ",
                                  spec.fallback))
        ->type_name("")
        ->expected(1)
        ->group(settings_group);
}

} // namespace greeter
