// How a command joins the program: each has a file of its own, whose add_...() gives it a name, options and an action.
#pragma once
#include "config/settings.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace greeter {

// Lives as long as the program runs a command. Actions return an Exit.
class Commands {
public:
  Commands(CLI::App& root, const Environment& environment) : root_(root), environment_(environment) {}

  // A command below `parent` that does `action`.
  CLI::App& add(CLI::App& parent, const std::string& name, const std::string& help, std::function<int()> action);
  // The same for one that runs with the server's settings and takes their flags.
  using WithSettings = std::function<int(const Settings&, const Environment&)>;
  CLI::App& add(CLI::App& parent, const std::string& name, const std::string& help, WithSettings action);
  // One that only has commands below it. With `settings` they may take the settings' flags.
  static CLI::App& group(CLI::App& parent, const std::string& name, const std::string& help, bool settings = false);

  CLI::App& root() { return root_; }

  // The action of whichever command was parsed. Without one: serve's.
  int run();

private:
  struct Action {
    std::function<int()> plain;
    WithSettings with_settings; // one of the two
  };
  int run(const Action& action);
  std::map<std::string_view, std::string> flags() const;

  CLI::App& root_;
  const Environment& environment_;
  std::map<const CLI::App*, Action> actions_;
};

// One option of `app` for each setting.
void add_settings(CLI::App& app);
inline constexpr auto settings_group = "Settings";

} // namespace greeter
