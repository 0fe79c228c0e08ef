// What commands say, and how: tables for people, JSON and YAML for programs.
#pragma once
#include "cli/api.hpp"
#include "cli/table.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace greeter {

enum class Output { table, json, yaml };

inline constexpr auto output_group = "Output";
void add_output(CLI::App& app, Output& output);

// Writes to standard output. Where whoever read it has gone the process ends, as SIGPIPE would have ended it; where it
// can't be written for another reason, with exit_failed.
void say(std::string_view text);

// "greeter: message" on standard error, harmless to a terminal. It may have several lines.
void complain(std::string_view message);

// The value as JSON or YAML, harmless to a terminal. Not for Output::table.
void say_value(const Json& value, Output output);

// The table, as wide as the terminal, in bold where that is welcome (a terminal, NO_COLOR unset).
void say_table(const Table& table);

// Columns of the terminal on standard output ($COLUMNS beats it); nothing: it is none.
std::optional<std::size_t> terminal_width();

// Bold text for a terminal, or as it is.
bool colours();

} // namespace greeter
