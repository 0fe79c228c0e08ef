#include "cli/manual.hpp"

#include "base/version.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/connection.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace greeter {

namespace {

// Text that roff takes for nothing but text.
std::string plain(std::string_view text) {
  std::string out = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
  for (const char c : text)
    if (c == '\\') out += "\\e";
    else if (c == '-') out += "\\-";
    else if (c == '\n') out += "\n.br\n";
    else out += c;
  return out;
}

std::string section(std::string_view title) { return fmt::format(".SH {}\n", title); }

std::string entry(const std::string& term, std::string_view text) {
  return fmt::format(".TP\n{}\n{}\n", term, plain(text));
}

std::string bold(std::string_view text) { return "\\fB" + plain(text) + "\\fR"; }

std::string term_of(const OptionDescription& option) {
  std::string term;
  for (const auto& name : option.names) term += (term.empty() ? "" : ", ") + bold(name);
  if (!option.value.empty() && !option.positional) term += " \\fI" + plain(option.value) + "\\fR";
  return term;
}

std::string options_of(const CommandDescription& command, std::string_view group) {
  std::string text;
  for (const auto& option : command.options)
    if (option.group == group ||
        (group.empty() && (option.positional || (option.group != connection_group && option.group != output_group &&
                                                 option.group != settings_group))))
      if (option.names.front() != "-h") text += entry(term_of(option), option.help);
  return text;
}

bool has(const CommandDescription& command, std::string_view group) {
  return std::any_of(command.options.begin(), command.options.end(),
                     [&](const auto& option) { return option.group == group; });
}

std::string synopsis_of(const CommandDescription& command) {
  auto words = command.path;
  for (char& c : words)
    if (c == '/') c = ' ';
  auto line = bold("greeter" + words);
  for (const auto& option : command.options)
    if (option.positional) line += " \\fI" + plain(option.names.front()) + "\\fR";
  return line + " [\\fIOPTIONS\\fR]";
}

std::string commands_section(const CommandDescription& program) {
  auto text = section("COMMANDS");
  for (const auto* const command : all_of(program)) {
    if (command->path.empty() || !command->commands.empty()) continue;
    text += fmt::format(".SS {}\n{}.\n", synopsis_of(*command), plain(command->help));
    text += options_of(*command, "");
    std::vector<std::string_view> more;
    if (has(*command, output_group)) more.emplace_back("OUTPUT");
    if (has(*command, connection_group)) more.emplace_back("CONNECTION");
    if (command->takes_settings) more.emplace_back("SETTINGS");
    if (!more.empty()) text += fmt::format(".PP\nIt also takes what stands below {}.\n", fmt::join(more, " and "));
  }
  return text;
}

// The options of a group, from the command that has most of them.
std::string shared_options(const CommandDescription& program, std::string_view group) {
  std::string most;
  for (const auto* const command : all_of(program))
    if (auto text = options_of(*command, group); text.size() > most.size()) most = std::move(text);
  return most;
}

std::string exit_section() {
  auto text = section("EXIT STATUS");
  for (std::size_t code = 0; code < exit_meanings.size(); ++code)
    text += entry(bold(std::to_string(code)), exit_meanings[code]);
  return text + ".PP\nOf several customers or greetings, the highest.\n";
}

std::string environment_section() {
  return section("ENVIRONMENT") +
         entry(bold("GREETER_SERVER"), "the server to ask, unless a flag or a named context says another") +
         entry(bold("GREETER_TOKEN_FILE"),
               "the file with the token: a token alone, or the server's own file with lines "
               "of editor TOKEN and reader TOKEN, of which the first editor's is taken") +
         entry(bold("GREETER_TOKEN"), "the token itself, where no file is named") +
         entry(bold("GREETER_CLI_CONFIG"), "the file of contexts") +
         entry(bold("VISUAL") + ", " + bold("EDITOR"), "what greetings edit opens") +
         entry(bold("NO_COLOR"), "no bold text") +
         ".PP\nEach setting of the server is a variable as well: see SETTINGS.\n";
}

std::string files_section() {
  return section("FILES") +
         entry(bold("$XDG_CONFIG_HOME/greeter/config.yaml") + ", " + bold("~/.config/greeter/config.yaml"),
               "contexts: {NAME: {server, customer, token_file}} and current: NAME");
}

std::string examples_section() {
  auto text = section("EXAMPLES");
  for (const auto* const line :
       {"greeter greetings put christmas --text 'Frohe Weihnachten!' --starts 2026-12-24T00:00:00+01:00",
        "greeter greetings edit christmas --set ends_at=2026-12-27T00:00:00+01:00",
        "greeter greetings list --due now --output json", "greeter greetings import greetings.ndjson --dry-run",
        "greeter contexts set a --server https://customer-a.parcellab.com --token-file ~/.greeter-token",
        "greeter greetings preview --at 2026-12-24T12:00:00Z --all-customers"})
    text += fmt::format(".PP\n.nf\n{}\n.fi\n", plain(line));
  return text;
}

} // namespace

std::string manual(const CommandDescription& program) {
  std::string text = ".TH GREETER 1 \"\" \"greeter " GREETER_VERSION "\" \"User Commands\"\n";
  text += section("NAME") + "greeter \\- greet customers, and look after their greetings\n";
  text += section("SYNOPSIS") + ".B greeter\n[\\fICOMMAND\\fR] [\\fIOPTIONS\\fR]\n";
  text += section("DESCRIPTION") + plain(program.help) + "\n";
  text += commands_section(program);
  text += section("OUTPUT") + shared_options(program, output_group);
  text += section("CONNECTION") + shared_options(program, connection_group);
  text += section("SETTINGS") + options_of(program, settings_group);
  return text + exit_section() + environment_section() + files_section() + examples_section();
}

void add_manual(Commands& commands) {
  commands.add(commands.root(), "man", "the manual, for man -l", [&root = commands.root()]() -> int {
    say(manual(describe(root)));
    return exit_ok;
  });
}

} // namespace greeter
