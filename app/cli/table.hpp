// Columns of text for people. Pure functions.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace greeter {

struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows; // each as long as the header; any text
};

// One line a row. Cells are made harmless and fit the columns of the widest one; where all do not fit into `width`
// (nothing: as wide as it takes), the widest columns are cut with "…", never below 8 columns. `bold_header` puts the
// header in bold for a terminal.
std::string to_text(const Table& table, std::optional<std::size_t> width, bool bold_header = false);

} // namespace greeter
