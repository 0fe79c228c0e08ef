#include "cli/token_file.hpp"

#include "base/text.hpp"
#include "cli/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include <sys/stat.h>

namespace greeter {

namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  constexpr std::string_view blanks = " \t\r";
  for (auto begin = line.find_first_not_of(blanks); begin != std::string_view::npos;) {
    const auto end = std::min(line.find_first_of(blanks, begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(blanks, end);
  }
  return words;
}

void warn_of_readers(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
      (status.st_mode & mode_t{S_IRGRP | S_IROTH}) != 0)
    fmt::print(stderr, "greeter: warning: others may read the token file {}; chmod 600 it\n", file);
}

} // namespace

bool is_token(std::string_view text) {
  return text.size() >= 16 && text.size() <= 256 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("-._~+/=").find(c) != std::string_view::npos;
         });
}

Result<std::string> parse_token_file(std::string_view text, const std::string& name) {
  std::string editor, reader, bare;
  std::size_t number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto words = words_of(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (words.empty() || words[0].starts_with('#')) continue;
    const bool with_role = words.size() == 2 && (words[0] == "editor" || words[0] == "reader");
    if ((!with_role && words.size() != 1) || !is_token(words.back())) // never say what stands there: it may be a secret
      return Error{ErrorCode::invalid,
                   fmt::format("{}:{}: holds no token; write editor TOKEN, reader TOKEN or a token alone, of 16 to 256 "
                               "letters, digits and -._~+/=",
                               name, number)};
    auto& first = !with_role ? bare : words[0] == "editor" ? editor : reader;
    if (first.empty()) first = words.back();
  }
  for (auto* const token : {&editor, &bare, &reader})
    if (!token->empty()) return std::move(*token);
  return Error{ErrorCode::invalid, name + ": holds no token"};
}

Result<std::string> read_token_file(const std::string& file) {
  const auto text = read_file(file);
  if (!text) return text.error();
  warn_of_readers(file);
  return parse_token_file(text.value(), file);
}

} // namespace greeter
