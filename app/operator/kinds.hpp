// The kinds of objects that a customer may have.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace greeter::control {

struct ManagedKind {
  std::string_view api_version, kind;
  // Made once and never looked at again: what is in it is nobody's business, so the operator may not read it.
  bool secret = false;
};

// In the order in which they are made: what pods need comes before what makes pods. What the chart renders and the
// operator's rights (app-chart) have to be in step with it.
std::span<const ManagedKind> managed_kinds();

inline constexpr std::size_t namespace_kind = 0, quota_kind = 1, deployment_kind = 11; // in managed_kinds()
std::optional<std::size_t> find_kind(std::string_view api_version, std::string_view kind);

// "Deployment greeter-customer-a", for people.
std::string in_words(std::size_t kind, std::string_view name);

} // namespace greeter::control
