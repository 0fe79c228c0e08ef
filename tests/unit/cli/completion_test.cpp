#include "cli/completion.hpp"
#include "cli/manual.hpp"

#include "cli/commands.hpp"

#include <CLI/CLI.hpp>
#include <doctest/doctest.h>

using namespace greeter;

namespace {

struct Program {
  CLI::App app{"about", "greeter"};
  Environment environment;
  Commands commands{app, environment};
  CommandDescription description;

  Program() {
    add_commands(commands);
    description = describe(app);
  }
};

} // namespace

TEST_CASE("every command and every option is completed, and in the manual") {
  const Program program;
  const auto bash = bash_completion(program.description), zsh = zsh_completion(program.description),
             fish = fish_completion(program.description), page = manual(program.description);
  CHECK(all_of(program.description).size() > 20);
  for (const auto* const command : all_of(program.description)) {
    if (command->path.empty()) continue;
    CAPTURE(command->path);
    CHECK_FALSE(command->help.empty());
    for (const auto* const script : {&bash, &zsh, &fish})
      CHECK(script->find("'" + command->path + "'") != std::string::npos);
    for (const auto& option : command->options)
      for (const auto& name : option.names) {
        CAPTURE(name);
        CHECK_FALSE(option.help.empty());
        if (option.positional) continue;
        CHECK(bash.find(name) != std::string::npos);
        CHECK(zsh.find("'" + option.names.back() + ":") != std::string::npos);
        CHECK(fish.find((name.starts_with("--") ? "-l " + name.substr(2) : "-s " + name.substr(1)) + " ") !=
              std::string::npos);
        std::string in_roff;
        for (const char c : name) in_roff += c == '-' ? std::string("\\-") : std::string(1, c);
        if (name != "-h" && name != "--help") CHECK(page.find("\\fB" + in_roff + "\\fR") != std::string::npos);
      }
  }
}

TEST_CASE("a quote in a help text breaks no script") {
  CommandDescription program{"greeter", "", "", false, {}, {}};
  program.commands.push_back({"it", "/it", "what's \\ this", false, {}, {}});
  CHECK(zsh_completion(program).find("'it:what'\\''s \\ this'") != std::string::npos);
  CHECK(fish_completion(program).find("'what\\'s \\\\ this'") != std::string::npos);
}
