#include "cli/width.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>

namespace greeter {

namespace {

struct Range {
  std::uint32_t first, last;
};

// Unicode's general categories Mn, Me and Cf, of the scripts that people write greetings in.
constexpr Range zero_width[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x05bf, 0x05bf},   {0x05c1, 0x05c2},   {0x05c4, 0x05c5},
    {0x05c7, 0x05c7}, {0x0610, 0x061a}, {0x064b, 0x065f}, {0x0670, 0x0670},   {0x06d6, 0x06dc},   {0x06df, 0x06e4},
    {0x06e7, 0x06e8}, {0x06ea, 0x06ed}, {0x0900, 0x0902}, {0x093a, 0x093a},   {0x093c, 0x093c},   {0x0941, 0x0948},
    {0x094d, 0x094d}, {0x0951, 0x0957}, {0x0962, 0x0963}, {0x0981, 0x0981},   {0x09bc, 0x09bc},   {0x09c1, 0x09c4},
    {0x09cd, 0x09cd}, {0x0a01, 0x0a02}, {0x0a3c, 0x0a51}, {0x0b3c, 0x0b3c},   {0x0bc0, 0x0bc0},   {0x0bcd, 0x0bcd},
    {0x0e31, 0x0e31}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e}, {0x1160, 0x11ff},   {0x1ab0, 0x1ace},   {0x1dc0, 0x1dff},
    {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x206f}, {0x20d0, 0x20f0},   {0x302a, 0x302d},   {0x3099, 0x309a},
    {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0x1f3fb, 0x1f3ff}, {0xe0020, 0xe007f}, {0xe0100, 0xe01ef},
};

// East Asian width W and F, and what has an emoji presentation.
constexpr Range two_columns[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},   {0x23f0, 0x23f0},
    {0x23f3, 0x23f3},   {0x25fd, 0x25fe},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267f, 0x267f},
    {0x2693, 0x2693},   {0x26a1, 0x26a1},   {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},
    {0x26ce, 0x26ce},   {0x26d4, 0x26d4},   {0x26ea, 0x26ea},   {0x26f2, 0x26f3},   {0x26f5, 0x26f5},
    {0x26fa, 0x26fa},   {0x26fd, 0x26fd},   {0x2705, 0x2705},   {0x270a, 0x270b},   {0x2728, 0x2728},
    {0x274c, 0x274c},   {0x274e, 0x274e},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27b0, 0x27b0},   {0x27bf, 0x27bf},   {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2b55, 0x2b55},
    {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0xa4cf},   {0xa960, 0xa97f},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
    {0xffe0, 0xffe6},   {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a},
    {0x1f200, 0x1f320}, {0x1f32d, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f7e0, 0x1f7eb}, {0x1f90c, 0x1f9ff},
    {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
};

bool within(std::span<const Range> ranges, std::uint32_t c) {
  const auto* const found = std::lower_bound(ranges.data(), ranges.data() + ranges.size(), c,
                                             [](const Range& range, std::uint32_t code) { return range.last < code; });
  return found != ranges.data() + ranges.size() && found->first <= c;
}

constexpr std::uint32_t replacement = 0xfffd, emoji_selector = 0xfe0f, joiner = 0x200d;

struct Character {
  std::uint32_t code;
  std::size_t bytes; // at least 1
  bool sound;        // well-formed
};

Character first_of(std::string_view text) {
  const auto lead = std::uint32_t{static_cast<unsigned char>(text[0])};
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (bytes == 0 || bytes > text.size()) return {replacement, 1, false};
  std::uint32_t code = lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = std::uint32_t{static_cast<unsigned char>(text[i])};
    if ((next & 0xc0U) != 0x80) return {replacement, 1, false};
    code = code << 6U | (next & 0x3fU);
  }
  const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  if (overlong || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {replacement, 1, false};
  return {code, bytes, true};
}

std::size_t width_of(std::uint32_t code) {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0) || within(zero_width, code)) return 0;
  return within(two_columns, code) ? 2 : 1;
}

// Walks over `text`; `visit` gets the end of each character and the columns up to there, and returns whether to go on.
template <class Visit> void walk(std::string_view text, Visit visit) {
  std::size_t columns = 0, last = 0;
  bool joined = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto character = first_of(text.substr(at));
    at += character.bytes;
    if (character.code == emoji_selector && last == 1) {
      columns += 1; // what came before is shown as an emoji
      last = 2;
    } else if (const auto width = joined ? 0 : width_of(character.code); width > 0) {
      columns += width;
      last = width;
    }
    joined = character.code == joiner && last == 2; // one emoji of several
    if (!visit(at, columns)) return;
  }
}

// What could drive a terminal, or show text in another order than it has.
bool is_unsafe(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
         (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

std::string escaped(std::uint32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\t') return "\\t";
  if (code == '\r') return "\\r";
  return fmt::format("\\u{:04x}", code);
}

} // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  walk(text, [&](std::size_t, std::size_t columns) {
    width = columns;
    return true;
  });
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t keep = 0;
  walk(text, [&](std::size_t end, std::size_t width) {
    if (width + 1 > columns) return false;
    keep = end;
    return true;
  });
  return std::string(text.substr(0, keep)) + "…";
}

std::string one_line(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const auto character = first_of(text);
    if (!character.sound) line += "�";
    else if (is_unsafe(character.code)) line += escaped(character.code);
    else line += text.substr(0, character.bytes);
    text.remove_prefix(character.bytes);
  }
  return line;
}

std::string harmless_json(std::string_view json) {
  std::string safe;
  safe.reserve(json.size());
  while (!json.empty()) {
    const auto character = first_of(json);
    const bool odd = character.code >= 0x7f && is_unsafe(character.code); // JSON has escaped those below 0x20
    if (odd) safe += escaped(character.code);
    else safe += json.substr(0, character.bytes);
    json.remove_prefix(character.bytes);
  }
  return safe;
}

} // namespace greeter
