#include "cli/table.hpp"

#include "cli/width.hpp"

#include <algorithm>
#include <numeric>

namespace greeter {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t least = 8; // columns that stay readable

using Widths = std::vector<std::size_t>;

Widths natural_widths(const std::vector<std::vector<std::string>>& lines) {
  Widths widths(lines.front().size());
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], display_width(line[i]));
  return widths;
}

// Takes from whichever is the widest, until all fit or none has anything left to give.
void shrink(Widths& widths, std::size_t total) {
  const auto gaps = gap * (widths.size() - 1);
  auto sum = std::accumulate(widths.begin(), widths.end(), gaps);
  while (sum > total) {
    auto& widest = *std::max_element(widths.begin(), widths.end());
    if (widest <= least) return;
    --widest;
    --sum;
  }
}

std::string line_of(const std::vector<std::string>& cells, const Widths& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto cell = cut_to_width(cells[i], widths[i]);
    line += cell;
    line.append(widths[i] - std::min(widths[i], display_width(cell)) + gap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

} // namespace

std::string to_text(const Table& table, std::optional<std::size_t> width, bool bold_header) {
  std::vector<std::vector<std::string>> lines{table.header};
  lines.insert(lines.end(), table.rows.begin(), table.rows.end());
  for (auto& line : lines)
    for (auto& cell : line) cell = one_line(cell);
  auto widths = natural_widths(lines);
  if (width) shrink(widths, *width);
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool bold = bold_header && i == 0;
    text += (bold ? "\x1b[1m" : "") + line_of(lines[i], widths) + (bold ? "\x1b[0m\n" : "\n");
  }
  return text;
}

} // namespace greeter
