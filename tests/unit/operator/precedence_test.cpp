#include "operator/precedence.hpp"

#include <doctest/doctest.h>

namespace greeter::control {

namespace {

std::set<Claim> hosts(std::initializer_list<const char*> names) {
  std::set<Claim> claims;
  for (const auto* const name : names) claims.insert({ClaimKind::host, name});
  return claims;
}

std::string owner(const Precedence& all, const std::string& customer) {
  const auto conflict = all.conflict(customer);
  return conflict ? conflict->owner : "";
}

using Names = std::set<std::string>;

} // namespace

TEST_CASE("a host is that of the customer that is older, whoever is told of first") {
  Precedence all;
  CHECK(all.set("new", "2026-02-01T00:00:00Z", hosts({"a.shop", "new.shop"})).empty());
  CHECK(owner(all, "new").empty());
  CHECK(all.set("old", "2026-01-01T00:00:00Z", hosts({"a.shop"})) == Names{"new"});
  CHECK(owner(all, "old").empty());
  CHECK(owner(all, "new") == "old");
  CHECK(all.conflict("new")->claim == Claim{ClaimKind::host, "a.shop"});
  CHECK(all.set("same-day", "2026-01-01T00:00:00Z", hosts({"a.shop"})) == Names{"new", "old"});
  CHECK(owner(all, "same-day") == "old"); // the first in the order of names
}

TEST_CASE("whoever waited for a host is told when it is free") {
  Precedence all;
  all.set("old", "1", hosts({"a.shop", "b.shop"}));
  all.set("new", "2", hosts({"a.shop"}));
  CHECK(all.set("old", "1", hosts({"a.shop", "b.shop"})).empty()); // nothing new
  CHECK(all.set("old", "1", hosts({"b.shop"})) == Names{"new"});
  CHECK(owner(all, "new").empty());
  all.set("old", "1", hosts({"a.shop"}));
  CHECK(owner(all, "new") == "old");
  CHECK(all.erase("old") == Names{"new"});
  CHECK(owner(all, "new").empty());
  CHECK_FALSE(all.conflict("old"));
}

TEST_CASE("a name and a host that read the same are two things") {
  Precedence all;
  all.set("a", "1", {{ClaimKind::name, "x"}});
  all.set("b", "2", {{ClaimKind::host, "x"}});
  CHECK_FALSE(all.conflict("b"));
  all.set("c", "3", {{ClaimKind::name, "x"}});
  CHECK(owner(all, "c") == "a");
}

} // namespace greeter::control
