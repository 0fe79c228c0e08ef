// A real API server of Kubernetes with an etcd of its own, on loopback: no nodes, no controllers. Gone with the object.
// The programs: etcd, openssl, and kube-apiserver in GREETER_KUBERNETES_BIN or where tests/cluster/build leaves it.
#pragma once
#include "support/folder.hpp"
#include "support/port.hpp"

#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace greeter::test {

// A process, killed with the object.
class Program {
public:
  Program(std::vector<std::string> command, std::string log);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  void start();
  void stop(int signal = SIGTERM); // and waits for its end
  void signal(int signal) const;

private:
  const std::vector<std::string> command_;
  const std::string log_;
  pid_t process_ = -1;
};

// Everything here throws std::runtime_error where it does not come to be.
class ApiServer {
public:
  enum class Disk { forgetful, durable }; // whether etcd waits for it
  explicit ApiServer(Disk disk = Disk::forgetful);

  // A kubeconfig for a user, who is made up by it, has no rights but admin has all, and `space` for a namespace.
  // `port`: somebody between.
  std::string kubeconfig(const std::string& user = "admin", const std::string& space = "default",
                         std::uint16_t port = 0) const;

  // As admin: the answer, whatever its status says.
  nlohmann::json ask(const std::string& method, const std::string& path, const nlohmann::json& body = {}) const;
  // Server-side apply of a document, JSON or YAML.
  void apply(const std::string& path, const std::string& document) const;
  void add_space(const std::string& name) const; // a namespace
  // A role in a namespace and its binding. A rule: {"apiGroups": [...], "resources": [...], "verbs": [...]}.
  void grant(const std::string& user, const std::string& space, const nlohmann::json& rules) const;

  void stop(int signal = SIGTERM); // the API server alone: what it has kept stays with etcd
  void start();
  void signal(int signal) const { server_.signal(signal); }

  void compact() const; // etcd forgets how its objects were before
  void defragment() const;
  std::uint64_t etcd_bytes() const;                       // of its file
  std::size_t stored_bytes(const std::string& key) const; // of one object there

  std::uint16_t port() const { return port_.number(); }
  const Folder folder;

private:
  void make_certificate(const std::string& name, const std::string& subject, const std::string& names) const;

  const Port port_, etcd_port_, peer_port_;
  Program etcd_, server_;
};

// Applies app-chart/files/crds.
void apply_definitions(const ApiServer& server);

} // namespace greeter::test
