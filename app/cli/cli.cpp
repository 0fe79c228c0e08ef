#include "cli/cli.hpp"

#include "base/version.hpp"
#include "cli/commands.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <map>

#include <unistd.h>

namespace greeter {

namespace {

constexpr auto about = "How do we greet our customers? GET / answers {\"response\":\"Moin!\"}.\n"
                       "Every setting is a variable of the environment and a flag; the flag wins.";

Environment read_environment() {
  Environment environment;
  for (char* const* entry = environ; entry && *entry; ++entry) {
    const std::string_view text = *entry;
    if (const auto equals = text.find('='); equals != std::string_view::npos)
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

// One option for each setting. What was given is found in the map it returns, by flag.
std::map<std::string_view, std::string> given(const CLI::App& app) {
  std::map<std::string_view, std::string> flags;
  for (const auto& spec : setting_specs())
    if (const auto* const option = app.get_option(std::string(spec.flag)); option->count())
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
        ->group("Settings");
}

int refuse(std::string_view message) {
  fmt::print(stderr, "greeter: {}\n", message);
  return exit_usage;
}

} // namespace

int run(int argc, const char* const* argv) {
  CLI::App app(about, "greeter");
  app.set_version_flag("--version",
                       fmt::format("greeter {} ({}, {})", GREETER_VERSION, GREETER_COMMIT, GREETER_COMPILER));
  app.get_formatter()->column_width(34);
  app.require_subcommand(0, 1);
  add_settings(app);

  app.add_subcommand("serve", "serve greetings; what greeter does without a command")->fallthrough();

  std::string url, expected;
  auto* const health = app.add_subcommand("healthcheck", "ask a running instance whether it is ready")->fallthrough();
  health->add_option("--url", url, "another URL to ask; 200 is healthy");
  health->add_option("--expect", expected, "the greeting that has to come back")->needs("--url");

  std::string path;
  auto format = ListFormat::table;
  auto* const customers =
      app.add_subcommand("customers", "look at the customers' files")->fallthrough()->require_subcommand(1);
  auto* const check =
      customers->add_subcommand("check", "find every fault in a folder of customers' files")->fallthrough();
  check->add_option("path", path, "the folder, or one file")->required();
  auto* const list = customers->add_subcommand("list", "who is greeted where and how")->fallthrough();
  list->add_option("path", path, "the folder, or one file")->required();
  list->add_option("--output", format, "table or json")
      ->transform(CLI::CheckedTransformer(
                      std::map<std::string, ListFormat>{{"table", ListFormat::table}, {"json", ListFormat::json}})
                      .description(""));

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) { // --help and --version
    return app.exit(asked);
  } catch (const CLI::ParseError& e) {
    return refuse(fmt::format("{}; see greeter --help", e.what()));
  }

  const auto environment = read_environment();
  const auto settings = read_settings(environment, given(app));
  if (!settings) return refuse(settings.error().message);
  if (*health) return healthcheck(settings.value(), url, expected);
  if (*check) return check_customers(settings.value(), path);
  if (*list) return list_customers(settings.value(), path, format);
  return serve(settings.value(), environment);
}

} // namespace greeter
