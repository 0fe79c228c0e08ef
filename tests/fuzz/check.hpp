// What the fuzz targets share: libFuzzer's entry, a check that ends the program, and plain readings of text that are
// written without the code under test.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace greeter::fuzz {

// Also in release builds: `rule` is what the program promises and broke.
inline void require(bool kept, const char* rule) {
  if (kept) return;
  std::fprintf(stderr, "broken: %s\n", rule);
  std::abort();
}

inline bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

inline bool has_control(std::string_view text) { return std::any_of(text.begin(), text.end(), is_control); }

// Whether it stays one line where it is printed or logged.
inline bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20; });
}

inline std::string lowered(std::string_view text) {
  std::string out;
  for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return out;
}

// The parts between the separators; one part where there is none.
inline std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

// Takes one character off well-formed UTF-8 (RFC 3629, its table of byte ranges). False: it is not.
inline bool skip_utf8(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  const auto in = [&](std::size_t i, int low, int high) { return byte(i) >= low && byte(i) <= high; };
  const bool tail1 = in(1, 0x80, 0xbf), tail2 = in(2, 0x80, 0xbf), tail3 = in(3, 0x80, 0xbf);
  std::size_t length = 0;
  if (byte(0) <= 0x7f) length = 1;
  else if (in(0, 0xc2, 0xdf) && tail1) length = 2;
  else if ((byte(0) == 0xe0 && in(1, 0xa0, 0xbf) && tail2) || (in(0, 0xe1, 0xec) && tail1 && tail2) ||
           (byte(0) == 0xed && in(1, 0x80, 0x9f) && tail2) || (in(0, 0xee, 0xef) && tail1 && tail2))
    length = 3;
  else if ((byte(0) == 0xf0 && in(1, 0x90, 0xbf) && tail2 && tail3) || (in(0, 0xf1, 0xf3) && tail1 && tail2 && tail3) ||
           (byte(0) == 0xf4 && in(1, 0x80, 0x8f) && tail2 && tail3))
    length = 4;
  if (length == 0) return false;
  text.remove_prefix(length);
  return true;
}

inline bool is_plain_utf8(std::string_view text) {
  while (!text.empty())
    if (!skip_utf8(text)) return false;
  return true;
}

} // namespace greeter::fuzz
