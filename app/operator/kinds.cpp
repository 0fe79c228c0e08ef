#include "operator/kinds.hpp"

#include <array>

namespace greeter::control {

namespace {

constexpr std::array<ManagedKind, 17> kinds{{
    {"v1", "Namespace"},
    {"v1", "ResourceQuota"},
    {"networking.k8s.io/v1", "NetworkPolicy"},
    {"v1", "ServiceAccount"},
    {"rbac.authorization.k8s.io/v1", "Role"},
    {"rbac.authorization.k8s.io/v1", "RoleBinding"},
    {"v1", "Secret", true},
    {"v1", "ConfigMap"},
    {"v1", "PersistentVolumeClaim"},
    {"v1", "Service"},
    {"policy/v1", "PodDisruptionBudget"},
    {"apps/v1", "Deployment"},
    {"autoscaling/v2", "HorizontalPodAutoscaler"},
    {"traefik.io/v1alpha1", "Middleware"},
    {"networking.k8s.io/v1", "Ingress"},
    {"gateway.networking.k8s.io/v1", "HTTPRoute"},
    {"monitoring.coreos.com/v1", "ServiceMonitor"},
}};
static_assert(kinds[namespace_kind].kind == "Namespace" && kinds[quota_kind].kind == "ResourceQuota" &&
              kinds[deployment_kind].kind == "Deployment");

} // namespace

std::span<const ManagedKind> managed_kinds() { return kinds; }

std::optional<std::size_t> find_kind(std::string_view api_version, std::string_view kind) {
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (kinds[i].api_version == api_version && kinds[i].kind == kind) return i;
  return {};
}

std::string in_words(std::size_t kind, std::string_view name) {
  return std::string(kinds[kind].kind) + " " + std::string(name);
}

} // namespace greeter::control
