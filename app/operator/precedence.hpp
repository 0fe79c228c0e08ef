// Names and hosts belong to one customer each: to the oldest that wants them.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace greeter::control {

enum class ClaimKind : std::uint8_t { name, host };

struct Claim {
  ClaimKind kind;
  std::string value;
  auto operator<=>(const Claim&) const = default;
};

// What another customer had first.
struct Conflict {
  Claim claim;
  std::string owner;
};

// Not thread-safe.
class Precedence {
public:
  // What `customer` wants from now on; `created` orders customers, and their ids where that is the same. Returns the
  // others who may have won or lost something by it.
  std::set<std::string> set(const std::string& customer, const std::string& created, std::set<Claim> claims);
  std::set<std::string> erase(const std::string& customer) { return set(customer, "", {}); }

  std::optional<Conflict> conflict(const std::string& customer) const;
  // The oldest that wants it, `but` left out; empty: nobody does.
  std::string owner(const Claim& claim, std::string_view but) const;

private:
  struct Wish {
    std::string created;
    std::set<Claim> claims;
  };
  std::map<std::string, Wish> wishes_;
  std::map<Claim, std::set<std::pair<std::string, std::string>>> takers_; // (created, customer), the owner first
};

} // namespace greeter::control
