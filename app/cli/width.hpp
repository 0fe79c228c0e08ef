// Text on a terminal: how wide it is, and how to make it harmless. Pure functions of UTF-8; what is none counts as one
// replacement character a byte.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace greeter {

// Columns that a terminal needs for it: none for combining characters, two for wide ones and most emoji.
std::size_t display_width(std::string_view text);

// The longest beginning that fits into `columns`, with "…" as its last character where something is left out.
std::string cut_to_width(std::string_view text, std::size_t columns);

// As it can be shown on one line without driving the terminal or turning its order: control characters become \n, \t or
// \u001b, marks that reorder text \u202e, and bytes that are no UTF-8 "�".
std::string one_line(std::string_view text);

// JSON (or YAML whose texts are in double quotes) with what one_line() would escape as \uXXXX, but for its own line
// ends: the value stays the same.
std::string harmless_json(std::string_view json);

} // namespace greeter
