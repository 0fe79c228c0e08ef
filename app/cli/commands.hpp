// The commands. Each says what it finds on standard output, what is wrong on standard error, and returns an Exit.
#pragma once
#include "cli/command.hpp"

namespace greeter {

// Serves until SIGTERM or SIGINT.
int serve(const Settings& settings, const Environment& environment);

// Answers the API server's questions about changes of customers and greetings, until SIGTERM or SIGINT.
int serve_webhook(const Settings& settings, const Environment& environment);

void add_operator(Commands& commands);
void add_healthcheck(Commands& commands);
void add_customers(Commands& commands);
void add_greetings(Commands& commands);
void add_visits(Commands& commands);
void add_store_commands(Commands& commands); // backup and restore
void add_contexts(Commands& commands);
void add_completion(Commands& commands);
void add_manual(Commands& commands);

// The whole program's command line.
void add_commands(Commands& commands);

} // namespace greeter
