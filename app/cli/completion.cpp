#include "cli/completion.hpp"

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

#include <memory>

namespace greeter {

namespace {

// In single quotes for any of the three shells: bash and zsh end them for a quote, fish knows \' in them.
std::string single_quoted(std::string_view text, bool fish = false) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += fish ? "\\'" : "'\\''";
    else if (c == '\\' && fish) out += "\\\\";
    else out += c;
  }
  return out + "'";
}

// A command's own options, and the program's where they may stand after it.
std::vector<OptionDescription> options_of(const CommandDescription& command, const CommandDescription& program) {
  auto options = command.options;
  if (command.takes_settings)
    for (const auto& option : program.options)
      if (option.group == settings_group) options.push_back(option);
  return options;
}

// "case" lines that find the command a word leads to; `set` is how the shell assigns.
std::string walk(const CommandDescription& program, std::string_view line) {
  std::string text;
  for (const auto* const command : all_of(program))
    if (!command->path.empty()) text += fmt::format(fmt::runtime(line), command->path);
  return text;
}

// Bash and zsh differ in how words are offered.
struct Dialect {
  std::string_view words; // offers the words {}
  std::string_view files; // offers files
};

std::string values_of(const CommandDescription& program, const Dialect& dialect) {
  std::string text;
  for (const auto* const command : all_of(program))
    for (const auto& option : options_of(*command, program)) {
      if (option.positional || option.value.empty()) continue;
      std::string patterns;
      for (const auto& name : option.names)
        patterns += (patterns.empty() ? "" : " | ") + single_quoted(command->path + " " + name);
      const auto words = fmt::format("{}", fmt::join(option.choices, " "));
      const auto offer = !option.choices.empty() ? fmt::format(fmt::runtime(dialect.words), single_quoted(words))
                         : option.takes_file()   ? std::string(dialect.files)
                                                 : std::string(":");
      text += fmt::format("    {}) {}; return ;;\n", patterns, offer);
    }
  return text;
}

bool takes_files(const CommandDescription& command) {
  return std::any_of(command.options.begin(), command.options.end(),
                     [](const auto& option) { return option.positional && option.takes_file(); });
}

std::string words_of(const CommandDescription& command, const CommandDescription& program) {
  std::string words;
  for (const auto& below : command.commands) words += " " + below.name;
  for (const auto& option : options_of(command, program))
    if (!option.positional)
      for (const auto& name : option.names) words += " " + name;
  return words.empty() ? words : words.substr(1);
}

} // namespace

std::string bash_completion(const CommandDescription& program) {
  std::string text = "# greeter completion bash: source it, or put it where bash-completion finds it\n"
                     "_greeter() {\n"
                     "  local at='' word cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
                     "  COMPREPLY=()\n"
                     "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                     "    case \"$at/$word\" in\n";
  text += walk(program, "    '{0}') at='{0}' ;;\n");
  text += "    esac\n  done\n  case \"$at $prev\" in\n";
  text += values_of(program, {"mapfile -t COMPREPLY < <(compgen -W {} -- \"$cur\")",
                              "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")"});
  text += "  esac\n  case $at in\n";
  for (const auto* const command : all_of(program))
    text +=
        fmt::format("    {}) mapfile -t COMPREPLY < <(compgen {}-W {} -- \"$cur\") ;;\n", single_quoted(command->path),
                    takes_files(*command) ? "-f " : "", single_quoted(words_of(*command, program)));
  return text + "  esac\n}\ncomplete -F _greeter greeter\n";
}

std::string zsh_completion(const CommandDescription& program) {
  std::string text = "#compdef greeter\n"
                     "_greeter() {\n"
                     "  local at='' i\n"
                     "  local -a items\n"
                     "  for ((i = 2; i < CURRENT; i++)); do\n"
                     "    case \"$at/${words[i]}\" in\n";
  text += walk(program, "    '{0}') at='{0}' ;;\n");
  text += "    esac\n  done\n  case \"$at ${words[CURRENT - 1]}\" in\n";
  text += values_of(program, {"compadd -- ${{(s: :):-{}}}", "_files"});
  text += "  esac\n  case $at in\n";
  for (const auto* const command : all_of(program)) {
    text += fmt::format("    {})\n      items=(", single_quoted(command->path));
    for (const auto& below : command->commands) text += "\n        " + single_quoted(below.name + ":" + below.help);
    for (const auto& option : options_of(*command, program))
      if (!option.positional) text += "\n        " + single_quoted(option.names.back() + ":" + option.help);
    text += fmt::format(")\n      _describe -t greeter greeter items{}\n      ;;\n",
                        takes_files(*command) ? "\n      _files" : "");
  }
  return text + "  esac\n}\n"
                "if [ \"${funcstack[1]}\" = _greeter ]; then _greeter \"$@\"; else compdef _greeter greeter; fi\n";
}

std::string fish_completion(const CommandDescription& program) {
  std::string text = "function __greeter_at\n"
                     "  set -l at ''\n"
                     "  for word in (commandline -opc)[2..-1]\n"
                     "    switch \"$at/$word\"\n";
  text += walk(program, "    case '{0}'\n      set at '{0}'\n");
  text += "    end\n  end\n  test \"$at\" = \"$argv[1]\"\nend\ncomplete -c greeter -f\n";
  for (const auto* const command : all_of(program)) {
    const auto begin = fmt::format("complete -c greeter -n \"__greeter_at '{}'\"", command->path);
    for (const auto& below : command->commands)
      text += fmt::format("{} -a {} -d {}\n", begin, below.name, single_quoted(below.help, true));
    if (takes_files(*command)) text += begin + " -F\n";
    for (const auto& option : options_of(*command, program)) {
      if (option.positional) continue;
      text += begin;
      for (const auto& name : option.names)
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (!option.choices.empty()) text += fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
      else if (option.takes_file()) text += " -r -F";
      else if (!option.value.empty()) text += " -x";
      text += " -d " + single_quoted(option.help, true) + "\n";
    }
  }
  return text;
}

void add_completion(Commands& commands) {
  const auto shell = std::make_shared<std::string>();
  auto& command = commands.add(commands.root(), "completion", "a script that completes this command line",
                               [shell, &root = commands.root()]() -> int {
                                 const auto program = describe(root);
                                 say(*shell == "bash"  ? bash_completion(program)
                                     : *shell == "zsh" ? zsh_completion(program)
                                                       : fish_completion(program));
                                 return exit_ok;
                               });
  command.add_option("shell", *shell, "which shell's")
      ->type_name("bash|zsh|fish")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""))
      ->required();
}

} // namespace greeter
