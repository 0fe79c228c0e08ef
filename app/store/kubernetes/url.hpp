// The URL of a store on Kubernetes. Pure.
#pragma once
#include "base/error.hpp"

#include <string>
#include <string_view>

namespace greeter::kubernetes {

struct Url {
  std::string space;      // namespace; empty: the pod's own, or that of the kubeconfig's context
  std::string kubeconfig; // file; empty: what a pod is given
  std::string context;    // of the kubeconfig; empty: its current one
};

bool is_url(std::string_view text); // whether it is meant for Kubernetes

// kubernetes:[?namespace=NAME&kubeconfig=FILE&context=NAME]
Result<Url> parse_url(std::string_view text);

} // namespace greeter::kubernetes
