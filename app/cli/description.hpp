// The command line as data, for what is made from it: completion and the manual can't fall behind the program.
#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace greeter {

struct OptionDescription {
  std::vector<std::string> names;   // "-f", "--file"; of a positional its one name
  std::string value;                // "FILE"; empty: it takes none
  std::vector<std::string> choices; // where the value is one of a few
  std::string help, group;
  bool positional = false, required = false;

  bool takes_file() const { return value == "FILE" || value == "PATH"; }
};

struct CommandDescription {
  std::string name; // "list"
  std::string path; // "/greetings/list"; of the program itself ""
  std::string help;
  bool takes_settings = false; // the program's own options stand after it as well
  std::vector<OptionDescription> options;
  std::vector<CommandDescription> commands;
};

CommandDescription describe(const CLI::App& app, const std::string& path = "");

// The command itself, then all below it, each before its own.
std::vector<const CommandDescription*> all_of(const CommandDescription& command);

} // namespace greeter
