#include "cli/backup.hpp"
#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace greeter {

void add_store_commands(Commands& commands) {
  const auto file = std::make_shared<std::string>();
  auto& backup = commands.add(
      commands.root(), "backup", "copy the store, even one in use, into a new file",
      [file](const Settings& settings, const Environment&) { return back_up_store(settings.store, *file); });
  auto& restore = commands.add(
      commands.root(), "restore", "put a backup in the place of a store that no server uses",
      [file](const Settings& settings, const Environment&) { return restore_store(settings.store, *file); });
  for (auto* const command : {&backup, &restore})
    command->add_option("file", *file, "the backup")->type_name("FILE")->required();
}

} // namespace greeter
