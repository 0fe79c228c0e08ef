#include "http/api/tokens.hpp"

#include "base/text.hpp"
#include "http/framing.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace greeter {

namespace {

constexpr std::size_t shortest = 16, longest = 256, most = 1000;

bool is_token_char(char c) {
  const char lower = to_lower(c);
  return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') ||
         std::string_view("-._~+/=").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return text.size() >= shortest && text.size() <= longest && std::all_of(text.begin(), text.end(), is_token_char);
}

// Looks at every byte, wherever the first difference is.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned>(static_cast<unsigned char>(b[i]));
  return difference == 0;
}

} // namespace

Result<Tokens> Tokens::parse(std::string_view text) {
  Tokens tokens;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = trim(line);
    if (line.empty() || line.starts_with('#')) continue;
    const auto space = std::min(line.find_first_of(" \t"), line.size());
    const auto role = line.substr(0, space), token = trim(line.substr(space));
    if (role != "reader" && role != "editor")
      return Error{ErrorCode::invalid,
                   fmt::format("line {} does not begin with a role; write 'reader TOKEN' or 'editor TOKEN'", number)};
    if (!is_token(token))
      return Error{
          ErrorCode::invalid,
          fmt::format("the token of line {} can't be used; it is {} to {} characters of letters, digits and -._~+/=",
                      number, shortest, longest)};
    tokens.entries_.push_back({role == "editor" ? Role::editor : Role::reader, std::string(token)});
  }
  if (tokens.entries_.empty())
    return Error{ErrorCode::invalid, "holds no token; write lines of 'reader TOKEN' or 'editor TOKEN'"};
  if (tokens.entries_.size() > most) return Error{ErrorCode::invalid, fmt::format("holds more than {} tokens", most)};
  return tokens;
}

Result<Tokens> Tokens::read(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(most * (longest + 16), '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad())
    return Error{ErrorCode::invalid,
                 fmt::format("GREETER_TOKEN_FILE={} can't be read: {}", in_quotes(file), std::strerror(errno))};
  text.resize(static_cast<std::size_t>(stream.gcount()));
  auto tokens = parse(text);
  if (!tokens)
    return Error{ErrorCode::invalid, fmt::format("GREETER_TOKEN_FILE={}: {}", in_quotes(file), tokens.error().message)};
  return tokens;
}

std::optional<Role> Tokens::role_of(std::string_view token) const {
  std::optional<Role> role;
  for (const auto& entry : entries_)
    if (equal_in_constant_time(entry.token, token) && role != Role::editor) role = entry.role;
  return role;
}

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() <= scheme.size() || !iequals(authorization.substr(0, scheme.size()), scheme)) return {};
  return trim(authorization.substr(scheme.size()));
}

} // namespace greeter
