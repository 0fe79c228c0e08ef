// greeter greetings ...: what its commands share. Each registers itself below the group.
#pragma once
#include "cli/api.hpp"
#include "cli/command.hpp"
#include "cli/connection.hpp"
#include "cli/output.hpp"

#include <functional>
#include <string>
#include <vector>

namespace greeter {

void add_greetings_list(Commands& commands, CLI::App& group); // and search
void add_greetings_get(Commands& commands, CLI::App& group);
void add_greetings_put(Commands& commands, CLI::App& group);
void add_greetings_edit(Commands& commands, CLI::App& group); // and retire, activate
void add_greetings_delete(Commands& commands, CLI::App& group);
void add_greetings_import(Commands& commands, CLI::App& group);
void add_greetings_export(Commands& commands, CLI::App& group);
void add_greetings_preview(Commands& commands, CLI::App& group);
void add_greetings_watch(Commands& commands, CLI::App& group);

// Runs `one` for each target in turn, going on after a failure. `several` tells it that there may be others beside it.
// The highest exit code; exit_usage where the options make no target. With several targets the last line on standard
// error names those that failed.
int for_each_target(const ConnectionOptions& options, const std::function<int(const Api&, bool several)>& one);

// Tells of a failed answer, naming the target where there are several; its exit code.
int complain_of(const Answer& answer, const Api& api, bool several);

// What every target answered, but for those that failed: these have been told of.
struct Gathered {
  std::vector<std::pair<std::string, Json>> bodies; // by the target's name
  int exit = exit_ok;
  bool several = false;
};
Gathered gather(const ConnectionOptions& options, const std::function<Answer(const Api&)>& one);

// The bodies as JSON or YAML: a list where there are several targets, each with its customer.
void say_bodies(const Gathered& gathered, Output output);

// `object` with "customer" as its first member.
Json with_customer(const Json& object, const std::string& customer);

// Every greeting that a query finds, page by page, `most` at most; the body is their array.
Answer list_greetings(const Api& api, const std::vector<std::pair<std::string, std::string>>& query, std::size_t most);

// A column's text: "" for null, a list's items with commas between.
std::string cell(const Json& object, const char* member);

// One row a greeting; with a CUSTOMER column where rows have a customer.
void say_greetings(const Gathered& gathered, Output output);

} // namespace greeter
