#include "operator/access.hpp"

namespace greeter::kube {

Result<Access> access_of(const Settings& settings, const Environment& environment) {
  if (!settings.kubeconfig.empty()) return from_kubeconfig(settings.kubeconfig, settings.kube_context);
  const auto variable = [&](std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  const auto host = variable("KUBERNETES_SERVICE_HOST");
  if (host.empty())
    return Error{ErrorCode::invalid,
                 "this runs in no pod of Kubernetes: name a kubeconfig file with GREETER_KUBECONFIG"};
  return in_cluster(host, variable("KUBERNETES_SERVICE_PORT"));
}

} // namespace greeter::kube
