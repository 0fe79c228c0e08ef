#include "cli/description.hpp"

#include <CLI/CLI.hpp>

namespace greeter {

namespace {

std::vector<std::string> choices_of(const std::string& value) {
  std::vector<std::string> choices;
  if (value.find('|') == std::string::npos) return choices;
  for (std::size_t at = 0; at <= value.size();) {
    const auto end = std::min(value.find('|', at), value.size());
    choices.push_back(value.substr(at, end - at));
    at = end + 1;
  }
  return choices;
}

OptionDescription describe_option(const CLI::Option& option) {
  OptionDescription out;
  out.positional = option.get_positional();
  out.required = option.get_required();
  out.help = option.get_description();
  out.group = option.get_group();
  if (option.get_items_expected_max() > 0) {
    out.value = option.get_type_name();
    if (out.value.empty()) out.value = "VALUE";
  }
  out.choices = choices_of(out.value);
  if (out.positional) {
    out.names.push_back(option.get_type_name().empty() ? option.get_name(true) : option.get_type_name());
    return out;
  }
  for (const auto& name : option.get_snames()) out.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) out.names.push_back("--" + name);
  return out;
}

void add_all(const CommandDescription& command, std::vector<const CommandDescription*>& out) {
  out.push_back(&command);
  for (const auto& below : command.commands) add_all(below, out);
}

} // namespace

CommandDescription describe(const CLI::App& app, const std::string& path) {
  CommandDescription out;
  out.name = app.get_name();
  out.path = path;
  out.help = app.get_description();
  out.takes_settings = app.get_fallthrough();
  for (const auto* const option : app.get_options()) out.options.push_back(describe_option(*option));
  for (const auto* const command : app.get_subcommands({}))
    out.commands.push_back(describe(*command, path + "/" + command->get_name()));
  return out;
}

std::vector<const CommandDescription*> all_of(const CommandDescription& command) {
  std::vector<const CommandDescription*> out;
  add_all(command, out);
  return out;
}

} // namespace greeter
