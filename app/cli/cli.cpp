#include "cli/cli.hpp"

#include "base/version.hpp"
#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <csignal>

#include <unistd.h>

namespace greeter {

namespace {

constexpr auto about = "How do we greet our customers? GET / answers {\"response\":\"Moin!\"}.\n"
                       "Without a command it serves. Every setting is a variable of the environment and a flag; the "
                       "flag wins.";

Environment read_environment() {
  Environment environment;
  for (char* const* entry = environ; entry && *entry; ++entry) {
    const std::string_view text = *entry;
    if (const auto equals = text.find('='); equals != std::string_view::npos)
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

std::string footer() {
  std::string text = "Exit codes:\n";
  for (std::size_t code = 0; code < exit_meanings.size(); ++code)
    text += fmt::format("  {}  {}\n", code, exit_meanings[code]);
  return text + "\ngreeter COMMAND --help tells of a command, greeter man of all.";
}

} // namespace

void add_commands(Commands& commands) {
  add_settings(commands.root());
  commands.add(commands.root(), "serve", "serve greetings; what greeter does without a command",
               Commands::WithSettings(serve));
  add_operator(commands);
  commands.add(commands.root(), "webhook", "answer Kubernetes whether it may take a customer or a greeting",
               Commands::WithSettings(serve_webhook));
  add_healthcheck(commands);
  add_customers(commands);
  add_greetings(commands);
  add_visits(commands);
  add_contexts(commands);
  add_store_commands(commands);
  add_completion(commands);
  add_manual(commands);
}

int run(int argc, const char* const* argv) {
  std::signal(SIGPIPE, SIG_IGN); // whoever writes looks at the result
  CLI::App app(about, "greeter");
  app.set_version_flag("--version",
                       fmt::format("greeter {} ({}, {})", GREETER_VERSION, GREETER_COMMIT, GREETER_COMPILER));
  app.formatter(help_formatter());
  app.footer(footer());
  app.require_subcommand(0, 1);
  const auto environment = read_environment();
  Commands commands(app, environment);
  add_commands(commands);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) { // --help and --version
    return app.exit(asked);
  } catch (const CLI::ParseError& e) {
    complain(fmt::format("{}; see greeter --help", e.what()));
    return exit_usage;
  }
  return commands.run();
}

} // namespace greeter
