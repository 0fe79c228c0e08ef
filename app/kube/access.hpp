// Where the API server is, whom to believe and who we are.
#pragma once
#include "base/error.hpp"

#include <chrono>
#include <string>

namespace greeter::kube {

struct Access {
  std::string server;      // https://HOST[:PORT]; http:// only for tests
  std::string space;       // namespace
  std::string ca;          // PEM of who vouches for the server; empty: the system's authorities
  std::string server_name; // that its certificate has to have; empty: the host
  // One of the three, or none.
  std::string token;            // as it is
  std::string token_file;       // read again when it is a minute old, and after a 401: Kubernetes replaces it
  std::string certificate, key; // PEM

  std::chrono::milliseconds connect_timeout = std::chrono::seconds(5);
  std::chrono::milliseconds timeout = std::chrono::seconds(15); // of an answer, without a byte from the server
  // A watch that has not had an event or a bookmark for so long is begun again.
  std::chrono::milliseconds silence = std::chrono::seconds(100);
};

// What Kubernetes gives a pod: the service account's files in `folder` and KUBERNETES_SERVICE_HOST and _PORT.
Result<Access> in_cluster(const std::string& host, const std::string& port,
                          const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount");

// A context of a kubeconfig file; empty: its current one. Files it names are relative to it. Credentials that need
// another program (exec, auth-provider) are `invalid`, and the message says so.
Result<Access> from_kubeconfig(const std::string& file, const std::string& context = "");

} // namespace greeter::kube
