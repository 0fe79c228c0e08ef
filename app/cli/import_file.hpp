// A file of greetings to import, and how to cut it. Pure functions.
#pragma once
#include "base/error.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace greeter {

struct ImportFile {
  struct Entry {
    std::size_t place; // its line, or its number in the list, from 1
    std::string line;  // JSON without line ends
  };
  std::vector<Entry> entries;
  std::string_view unit = "line"; // what `place` counts: "line" or "greeting"
};

// NDJSON (a greeting a line, blank lines skipped), or a list of greetings in JSON or YAML, or just one. Errors name the
// line. `name` is for them. NDJSON's lines are taken as they are: what is in them is for check_import().
Result<ImportFile> parse_import(std::string_view text, const std::string& name);

// Every fault that shows without asking a server: the rules of the domain, an id that is missing or there twice. A line
// each: "line 3: text is "": use ...".
std::vector<std::string> check_import(const ImportFile& file);

// How many of the entries, from the first, make a body of `most_bytes` at most; at least one where there is any.
std::size_t piece_of(std::span<const ImportFile::Entry> entries, std::size_t most_bytes);

// Those entries as a body.
std::string body_of(std::span<const ImportFile::Entry> entries);

} // namespace greeter
