#include "kube/access.hpp"

#include "support/folder.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace greeter;
using namespace greeter::kube;
using greeter::test::Folder;

namespace {

// One context, "home", of which a test says cluster and user in flow style.
struct Kubeconfig {
  Folder folder;
  std::string file = folder.path("config");

  Result<Access> read(std::string_view cluster, std::string_view user, std::string_view space = "") const {
    folder.write("config", fmt::format(R"(apiVersion: v1
kind: Config
current-context: home
contexts:
- name: home
  context: {{cluster: there, user: me{}}}
clusters:
- name: there
  cluster: {{{}}}
users:
- name: me
  user: {{{}}}
)",
                                       space, cluster, user));
    return from_kubeconfig(file);
  }
  std::string message(std::string_view cluster, std::string_view user) const {
    const auto access = read(cluster, user);
    return access ? "" : access.error().message.substr(file.size());
  }
};

constexpr auto server = "server: 'https://there:6443'";

} // namespace

TEST_CASE("a kubeconfig names server, namespace and token") {
  const Kubeconfig config;
  const auto access = config.read(server, "token: secret", ", namespace: web");
  REQUIRE(access);
  CHECK(access.value().server == "https://there:6443");
  CHECK(access.value().space == "web");
  CHECK(access.value().token == "secret");
  CHECK(access.value().ca.empty());
  CHECK(config.read(server, "token: secret").value().space == "default");
}

TEST_CASE("certificates stand in the kubeconfig, or in files beside it") {
  const Kubeconfig config;
  config.folder.write("pki/ca.crt", "CA\n");
  config.folder.write("me.crt", "CERTIFICATE\n");
  config.folder.write("me.key", "KEY\n");
  const auto files =
      config.read(fmt::format("{}, certificate-authority: pki/ca.crt", server),
                  fmt::format("client-certificate: me.crt, client-key: {}", config.folder.path("me.key")));
  REQUIRE(files);
  CHECK(files.value().ca == "CA\n");
  CHECK(files.value().certificate == "CERTIFICATE\n");
  CHECK(files.value().key == "KEY\n");
  // Data comes first, as for kubectl.
  const auto data = config.read(
      fmt::format("{}, certificate-authority: none, certificate-authority-data: Q0EyCg==, tls-server-name: kubernetes",
                  server),
      "client-certificate-data: Q0VSVDIK, client-key-data: S0VZMgo=");
  REQUIRE(data);
  CHECK(data.value().ca == "CA2\n");
  CHECK(data.value().server_name == "kubernetes");
  CHECK(data.value().certificate == "CERT2\n");
  CHECK(data.value().key == "KEY2\n");
}

TEST_CASE("a token file is relative to the kubeconfig") {
  const Kubeconfig config;
  CHECK(config.read(server, "tokenFile: token").value().token_file == config.folder.path("token"));
}

TEST_CASE("another context may be named") {
  const Folder folder;
  folder.write("config", R"({"current-context": "a", "contexts": [{"name": "a", "context": {"cluster": "x"}},
      {"name": "b", "context": {"cluster": "y", "namespace": "z"}}],
      "clusters": [{"name": "x", "cluster": {"server": "https://x"}}, {"name": "y", "cluster": {"server": "https://y"}}]})");
  CHECK(from_kubeconfig(folder.path("config")).value().server == "https://x");
  CHECK(from_kubeconfig(folder.path("config"), "b").value().server == "https://y");
  CHECK(from_kubeconfig(folder.path("config"), "b").value().space == "z");
  CHECK(from_kubeconfig(folder.path("config"), "c").error().message == folder.path("config") + " has no context \"c\"");
}

TEST_CASE("what can't be used is refused, and says what can") {
  const Kubeconfig config;
  CHECK(config.message("", "") == ", cluster \"there\": server is missing");
  CHECK(config.message(fmt::format("{}, insecure-skip-tls-verify: true", server), "") ==
        ", cluster \"there\": insecure-skip-tls-verify would give our credentials to whoever answers: use "
        "certificate-authority-data, and tls-server-name where the certificate has another name");
  CHECK(config.read(fmt::format("{}, insecure-skip-tls-verify: false", server), ""));
  CHECK(config.message(fmt::format("{}, proxy-url: 'http://p'", server), "").find("proxy-url can't be used") !=
        std::string::npos);
  CHECK(config.message(fmt::format("{}, certificate-authority-data: '!'", server), "") ==
        ", cluster \"there\": certificate-authority-data is no base64");
  CHECK(config.message(fmt::format("{}, certificate-authority: none", server), "").find("none can't be read") !=
        std::string::npos);
  for (const auto* const user : {"exec: {command: aws}", "auth-provider: {name: gcp}"})
    CHECK(config.message(server, user).find("needs another program, which is not started from here") !=
          std::string::npos);
  CHECK(config.message(server, "username: me, password: secret") ==
        ", user \"me\": Kubernetes takes no passwords any more: use a token or a client certificate");
  CHECK(config.message(server, "client-certificate-data: Q0EK") ==
        ", user \"me\": client-certificate and client-key go together, and one is missing");
}

TEST_CASE("what is no kubeconfig is none") {
  const Folder folder;
  const auto file = folder.path("config");
  const auto message = [&](std::string_view text) {
    folder.write("config", text);
    const auto access = from_kubeconfig(file);
    return access ? "" : access.error().message.substr(file.size());
  };
  CHECK(message("") == " is no kubeconfig");
  CHECK(message("- a") == " is no kubeconfig");
  CHECK(message("a: [").starts_with(" is no YAML: "));
  CHECK(message("a: b") == " has no current-context: name a context");
  CHECK(message("current-context: [a]") == " has no current-context: name a context");
  CHECK(message("current-context: a") == " has no context \"a\"");
  CHECK(message("{current-context: a, contexts: {}}") == " has no context \"a\"");
  CHECK(message("{current-context: a, contexts: [1, {name: []}, {name: a}]}") == " has no context \"a\"");
  CHECK(message("{current-context: a, contexts: [{name: a, context: {cluster: []}}]}") == " has no cluster \"\"");
  CHECK(message(
            "{current-context: a, contexts: [{name: a, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: "
            "{server: 'https://x'}}]}") == " has no user \"u\"");
  CHECK(from_kubeconfig(folder.path("none")).error().code == ErrorCode::invalid);
}

TEST_CASE("a pod has its access in files") {
  const Folder folder;
  folder.write("ca.crt", "CA\n");
  folder.write("namespace", "web");
  CHECK(in_cluster("10.43.0.1", "443", folder.path()).error().message.ends_with("automountServiceAccountToken false?"));
  folder.write("token", "secret");
  const auto access = in_cluster("10.43.0.1", "443", folder.path());
  REQUIRE(access);
  CHECK(access.value().server == "https://10.43.0.1:443");
  CHECK(access.value().space == "web");
  CHECK(access.value().ca == "CA\n");
  CHECK(access.value().token.empty());
  CHECK(access.value().token_file == folder.path("token"));
  CHECK(in_cluster("fd00::1", "443", folder.path()).value().server == "https://[fd00::1]:443");
  CHECK(in_cluster("", "", folder.path()).error().message.starts_with("this is no pod of Kubernetes"));
}
