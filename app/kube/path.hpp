// Paths of the Kubernetes API.
#pragma once
#include <string>
#include <string_view>

namespace greeter::kube {

// Where objects of a kind are.
struct Kind {
  std::string group; // empty: the core's
  std::string version;
  std::string plural;
  bool namespaced = true;
};

// "/apis/apps/v1/namespaces/NAMESPACE/deployments"; without a namespace, all namespaces' (or those that have none).
std::string collection(const Kind& kind, std::string_view space = "");
// An object of it. `subresource`: "status".
std::string path(const Kind& kind, std::string_view space, std::string_view name, std::string_view subresource = "");

// Greeter's own, greeter.parcellab.com/v1alpha1.
inline constexpr auto group = "greeter.parcellab.com";
inline constexpr auto api_version = "greeter.parcellab.com/v1alpha1";
const Kind& greetings();
const Kind& customers(); // not in a namespace

} // namespace greeter::kube
