// What the operator says of a Customer in its status.
#pragma once
#include "base/time.hpp"
#include "operator/children.hpp"
#include "operator/customer.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greeter::control {

// The condition Ready.
struct Ready {
  bool ready;
  std::string reason; // one word, for programs
  std::string message;
  bool operator==(const Ready&) const = default;
};

// Reasons.
inline constexpr auto available = "Available";
inline constexpr auto progressing = "Progressing";                    // pods are on their way
inline constexpr auto deadline_exceeded = "ProgressDeadlineExceeded"; // for too long
inline constexpr auto invalid = "Invalid";                            // the spec breaks a rule
inline constexpr auto unknown_class = "UnknownClass";
inline constexpr auto name_taken = "NameTaken";
inline constexpr auto host_taken = "HostTaken";
inline constexpr auto namespace_taken = "NamespaceTaken";
inline constexpr auto namespace_terminating = "NamespaceTerminating";
inline constexpr auto apply_failed = "ApplyFailed"; // the API server refused something
inline constexpr auto deleting = "Deleting";

// Of an instance that is there. `pods`: null where there is no Deployment yet.
Ready readiness(const Pods* pods, const std::vector<std::string>& hosts);
std::string replicas(const Pods* pods); // "1/2"

// For conditions and events, which take 1024 bytes: whole characters.
std::string shortened(const std::string& message);

// The condition in a status; without one: not ready, without a reason.
Ready ready_in(const Json& status);
std::optional<Timestamp> last_turn(const Json& status); // when it became ready, or ceased to be

std::vector<std::string> hosts_in(const Json& status);

// The status to be; that is `before` where it says the same. A part that is empty stays as it was.
Json status_of(const Json& before, std::int64_t generation, const Ready& ready, const std::string& space,
               const std::vector<std::string>& hosts, const std::string& replicas, Timestamp now);

} // namespace greeter::control
