#include "kube/path.hpp"

namespace greeter::kube {

std::string collection(const Kind& kind, std::string_view space) {
  std::string path = kind.group.empty() ? "/api/" + kind.version : "/apis/" + kind.group + "/" + kind.version;
  if (kind.namespaced && !space.empty()) path.append("/namespaces/").append(space);
  return path.append("/").append(kind.plural);
}

std::string path(const Kind& kind, std::string_view space, std::string_view name, std::string_view subresource) {
  auto path = collection(kind, space).append("/").append(name);
  if (!subresource.empty()) path.append("/").append(subresource);
  return path;
}

const Kind& greetings() {
  static const Kind kind{.group = group, .version = "v1alpha1", .plural = "greetings", .namespaced = true};
  return kind;
}

const Kind& customers() {
  static const Kind kind{.group = group, .version = "v1alpha1", .plural = "customers", .namespaced = false};
  return kind;
}

} // namespace greeter::kube
