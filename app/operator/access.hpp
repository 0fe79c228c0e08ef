// Where the settings say that the cluster is.
#pragma once
#include "base/error.hpp"
#include "config/settings.hpp"
#include "kube/access.hpp"

namespace greeter::kube {

// The kubeconfig file's, or this pod's. Errors say what to set.
Result<Access> access_of(const Settings& settings, const Environment& environment);

} // namespace greeter::kube
