#include "kube/access.hpp"

#include "base/text.hpp"
#include "kube/files.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>

namespace greeter::kube {

namespace {

Error invalid(std::string message) { return {ErrorCode::invalid, std::move(message)}; }

// One entry of a list of a kubeconfig: {name: NAME, KIND: {...}}. Members that are texts; errors say where they are.
class Entry {
public:
  static Result<Entry> find(const YAML::Node& root, const std::string& file, const std::string& kind,
                            const std::string& name) {
    const auto list = root[kind + "s"];
    if (list && list.IsSequence())
      for (const auto& item : list)
        if (item.IsMap() && item["name"] && item["name"].IsScalar() && item["name"].Scalar() == name && item[kind] &&
            item[kind].IsMap())
          return Entry(item[kind], file, kind + " " + in_quotes(name));
    return invalid(fmt::format("{} has no {} {}", file, kind, in_quotes(name)));
  }

  const std::string& name() const { return name_; } // "user "admin""
  bool has(const char* key) const { return node_[key] && !node_[key].IsNull(); }

  // Empty where there is none.
  std::string text(const char* key) const {
    const auto value = node_[key];
    return value && value.IsScalar() ? value.Scalar() : std::string();
  }

  // A file's path, which may be relative to the kubeconfig.
  std::string path(const char* key) const {
    const auto value = text(key);
    return value.empty() ? value : (std::filesystem::path(file_).parent_path() / value).string();
  }

  // What KEY-data holds in base64, or the file that KEY names; empty where there is neither.
  Result<std::string> content(const std::string& key) const {
    if (const auto data = text((key + "-data").c_str()); !data.empty()) {
      auto decoded = from_base64(data);
      if (!decoded) return fault(key + "-data is no base64");
      return std::move(*decoded);
    }
    const auto named = path(key.c_str());
    if (named.empty()) return std::string();
    auto read = read_text(named);
    if (!read) return fault(read.error().message);
    return read;
  }

  Error fault(const std::string& what) const { return invalid(fmt::format("{}, {}: {}", file_, name_, what)); }

private:
  Entry(const YAML::Node& node, std::string file, std::string name)
      : node_(node), file_(std::move(file)), name_(std::move(name)) {}

  YAML::Node node_;
  std::string file_, name_;
};

std::optional<Error> read_cluster(const Entry& cluster, Access& access) {
  access.server = cluster.text("server");
  if (access.server.empty()) return cluster.fault("server is missing");
  if (cluster.text("insecure-skip-tls-verify") == "true")
    return cluster.fault("insecure-skip-tls-verify would give our credentials to whoever answers: use "
                         "certificate-authority-data, and tls-server-name where the certificate has another name");
  if (cluster.has("proxy-url")) return cluster.fault("proxy-url can't be used: give the address of the server itself");
  access.server_name = cluster.text("tls-server-name");
  auto ca = cluster.content("certificate-authority");
  if (!ca) return ca.error();
  access.ca = std::move(ca.value());
  return {};
}

std::optional<Error> read_user(const Entry& user, Access& access) {
  for (const auto* const key : {"exec", "auth-provider"})
    if (user.has(key))
      return user.fault(std::string(key) +
                        " needs another program, which is not started from here: use a token (kubectl "
                        "create token) or a client certificate");
  if (user.has("username") || user.has("password"))
    return user.fault("Kubernetes takes no passwords any more: use a token or a client certificate");
  access.token = user.text("token");
  access.token_file = user.path("tokenFile");
  auto certificate = user.content("client-certificate");
  if (!certificate) return certificate.error();
  access.certificate = std::move(certificate.value());
  auto key = user.content("client-key");
  if (!key) return key.error();
  access.key = std::move(key.value());
  if (access.certificate.empty() != access.key.empty())
    return user.fault("client-certificate and client-key go together, and one is missing");
  return {};
}

Result<Access> read_kubeconfig(const YAML::Node& root, const std::string& file, std::string context) {
  if (!root.IsMap()) return invalid(file + " is no kubeconfig");
  if (context.empty() && root["current-context"] && root["current-context"].IsScalar())
    context = root["current-context"].Scalar();
  if (context.empty()) return invalid(file + " has no current-context: name a context");
  const auto chosen = Entry::find(root, file, "context", context);
  if (!chosen) return chosen.error();
  const auto cluster = Entry::find(root, file, "cluster", chosen.value().text("cluster"));
  if (!cluster) return cluster.error();
  Access access;
  access.space = chosen.value().has("namespace") ? chosen.value().text("namespace") : "default";
  if (auto error = read_cluster(cluster.value(), access)) return *error;
  if (chosen.value().text("user").empty()) return access;
  const auto user = Entry::find(root, file, "user", chosen.value().text("user"));
  if (!user) return user.error();
  if (auto error = read_user(user.value(), access)) return *error;
  return access;
}

} // namespace

Result<Access> in_cluster(const std::string& host, const std::string& port, const std::string& folder) {
  if (host.empty() || port.empty())
    return invalid("this is no pod of Kubernetes: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set");
  auto ca = read_text(folder + "/ca.crt"), space = read_text(folder + "/namespace");
  const auto token = read_text(folder + "/token");
  for (const auto* const part : {&std::as_const(ca), &std::as_const(space), &token})
    if (!*part) return invalid(part->error().message + ": is automountServiceAccountToken false?");
  Access access;
  access.server =
      fmt::format(fmt::runtime(host.find(':') == std::string::npos ? "https://{}:{}" : "https://[{}]:{}"), host, port);
  access.space = trim(space.value().substr(0, space.value().find('\n')));
  access.ca = std::move(ca.value());
  access.token_file = folder + "/token";
  return access;
}

Result<Access> from_kubeconfig(const std::string& file, const std::string& context) {
  const auto text = read_text(file);
  if (!text) return text.error();
  try {
    return read_kubeconfig(YAML::Load(text.value()), file, context);
  } catch (const YAML::Exception& e) {
    return invalid(fmt::format("{} is no YAML: {}", file, e.what()));
  }
}

} // namespace greeter::kube
