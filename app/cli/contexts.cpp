#include "cli/contexts_file.hpp"

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/connection.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "net/url.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>

namespace greeter {

namespace {

struct Options {
  Output output = Output::table;
  std::string name;
  std::optional<std::string> server, customer, token_file;
};

int refuse(std::string_view message) {
  complain(message);
  return exit_usage;
}

int not_found(const std::string& name) {
  complain(
      fmt::format("there is no context {} in {}; greeter contexts list shows them", in_quotes(name), contexts_file()));
  return exit_not_found;
}

int list(const Options& options) {
  const auto contexts = read_contexts();
  if (!contexts) return refuse(contexts.error().message);
  auto all = Json::array();
  Table table{{"CURRENT", "NAME", "SERVER", "CUSTOMER", "TOKEN FILE"}, {}};
  for (const auto& [name, context] : contexts.value().all) {
    const bool current = name == contexts.value().current;
    all.push_back({{"name", name},
                   {"current", current},
                   {"server", context.server},
                   {"customer", context.customer},
                   {"token_file", context.token_file}});
    table.rows.push_back({current ? "*" : "", name, context.server, context.customer, context.token_file});
  }
  if (options.output == Output::table) say_table(table);
  else say_value(all, options.output);
  return exit_ok;
}

// Reads, changes and writes; `change` returns an Exit, and nothing is written unless it is exit_ok.
template <class Change> int change(const std::string& done, Change make_change) {
  auto contexts = read_contexts();
  if (!contexts) return refuse(contexts.error().message);
  if (const int exit = make_change(contexts.value()); exit != exit_ok) return exit;
  if (const auto written = write_contexts(contexts.value()); !written) return refuse(written.error().message);
  say(done + "\n");
  return exit_ok;
}

int use(const Options& options) {
  return change(fmt::format("{} is used from now on", options.name), [&](Contexts& contexts) -> int {
    if (!contexts.all.contains(options.name)) return not_found(options.name);
    contexts.current = options.name;
    return exit_ok;
  });
}

int set(const Options& options) {
  if (!is_dns_label(options.name))
    return refuse(fmt::format("{} can't name a context; use 1 to 63 of a-z, 0-9 and -", in_quotes(options.name)));
  return change(fmt::format("{} is in {}", options.name, contexts_file()), [&](Contexts& contexts) -> int {
    auto& context = contexts.all[options.name];
    if (options.server) context.server = *options.server;
    if (options.customer) context.customer = *options.customer;
    std::error_code error;
    if (options.token_file)
      context.token_file =
          options.token_file->empty() ? "" : std::filesystem::absolute(*options.token_file, error).string();
    if (!context.server.empty())
      if (const auto url = parse_url(context.server); !url) return refuse(url.error().message);
    if (!context.customer.empty())
      if (const auto host =
              host_of_customer(context.server.empty() ? "http://localhost" : context.server, context.customer);
          !host)
        return refuse(host.error().message);
    if (contexts.all.size() == 1) contexts.current = options.name;
    return exit_ok;
  });
}

int remove(const Options& options) {
  return change(options.name + " is removed", [&](Contexts& contexts) -> int {
    if (contexts.all.erase(options.name) == 0) return not_found(options.name);
    if (contexts.current == options.name) contexts.current.clear();
    return exit_ok;
  });
}

} // namespace

void add_contexts(Commands& commands) {
  const auto options = std::make_shared<Options>();
  auto& group = Commands::group(commands.root(), "contexts", "name servers, customers and their tokens");
  auto& list_command = commands.add(group, "list", "show them", [options] { return list(*options); });
  add_output(list_command, options->output);
  auto& use_command =
      commands.add(group, "use", "choose the one that commands use", [options] { return use(*options); });
  auto& set_command = commands.add(group, "set", "make or change one", [options] { return set(*options); });
  auto& remove_command = commands.add(group, "remove", "forget one", [options] { return remove(*options); });
  for (auto* const command : {&use_command, &set_command, &remove_command})
    command->add_option("name", options->name, "its name")->type_name("NAME")->required();
  set_command.add_option("--server", options->server, "http:// or https:// URL; '': the default")->type_name("URL");
  set_command.add_option("--customer", options->customer, "customer of that server; '': whoever it serves by itself")
      ->type_name("NAME");
  set_command.add_option("--token-file", options->token_file, "file with the token; '': none")->type_name("FILE");
}

} // namespace greeter
