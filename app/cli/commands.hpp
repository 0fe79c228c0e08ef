// The commands. Each says what it finds on standard output, what is wrong on standard error, and returns an Exit.
#pragma once
#include "config/settings.hpp"

#include <string>

namespace greeter {

// Serves until SIGTERM or SIGINT.
int serve(const Settings& settings, const Environment& environment);

// Asks a running instance. No url: the readiness of the one these settings describe. With `expected`: the answer's
// "response" has to be that text.
int healthcheck(const Settings& settings, const std::string& url, const std::string& expected);

int check_customers(const Settings& settings, const std::string& path);

enum class ListFormat { table, json };
int list_customers(const Settings& settings, const std::string& path, ListFormat format);

} // namespace greeter
