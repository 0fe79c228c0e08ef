// Who may use the API: tokens with roles, from a file that may be replaced at any time.
#pragma once
#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greeter {

enum class Role { reader, editor };

// Immutable.
class Tokens {
public:
  // Lines of "reader TOKEN" or "editor TOKEN"; empty ones and those that begin with "#" are passed over. A token is 16
  // to 256 characters of letters, digits and -._~+/=. Errors name the line and the rule, never a token.
  static Result<Tokens> parse(std::string_view text);
  static Result<Tokens> read(const std::string& file);

  // Takes the same time for every token of one length, whatever it has in common with those that are known.
  std::optional<Role> role_of(std::string_view token) const;

  std::size_t size() const { return entries_.size(); }

private:
  struct Entry {
    Role role;
    std::string token;
  };
  std::vector<Entry> entries_;
};

// The token of an Authorization field's value (RFC 6750, 2.1); empty: it holds none.
std::string_view bearer_token(std::string_view authorization);

} // namespace greeter
