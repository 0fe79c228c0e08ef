#include "support/api_server.hpp"

#include <fmt/format.h>
#include <httplib.h>
#include <openssl/evp.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace greeter::test {

namespace {

using nlohmann::json;
constexpr auto patience = std::chrono::seconds(90);

void wait_for(const std::string& what, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error(what);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

// Of several versions the newest.
std::string api_server_program() {
  if (const auto* const folder = std::getenv("GREETER_KUBERNETES_BIN")) return std::string(folder) + "/kube-apiserver";
  const auto* const cache = std::getenv("XDG_CACHE_HOME");
  const auto* const home = std::getenv("HOME");
  const auto root =
      std::filesystem::path(cache ? cache : std::string(home ? home : "") + "/.cache") / "greeter/cluster/bin";
  std::string newest;
  std::error_code ignored;
  for (const auto& version : std::filesystem::directory_iterator(root, ignored))
    if (const auto program = version.path() / "kube-apiserver"; std::filesystem::exists(program))
      newest = std::max(newest, program.string());
  if (newest.empty())
    throw std::runtime_error("no kube-apiserver in " + root.string() +
                             ": make it by tests/cluster/build, or name its folder in GREETER_KUBERNETES_BIN");
  return newest;
}

void shell(const Folder& folder, const std::string& command) {
  const auto line = fmt::format("cd '{}' && umask 077 && ( {} ) >>openssl.log 2>&1", folder.path(), command);
  if (std::system(line.c_str()) != 0) // NOLINT(cert-env33-c): a test's own command
    throw std::runtime_error("failed: " + command);
}

constexpr auto new_key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

std::string url(std::uint16_t port) { return fmt::format("http://127.0.0.1:{}", port); }

std::vector<std::string> etcd_command(const Folder& folder, std::uint16_t port, std::uint16_t peer_port,
                                      ApiServer::Disk disk) {
  std::vector<std::string> command{"etcd",
                                   "--data-dir=" + folder.path("etcd"),
                                   "--listen-client-urls=" + url(port),
                                   "--advertise-client-urls=" + url(port),
                                   "--listen-peer-urls=" + url(peer_port),
                                   "--initial-advertise-peer-urls=" + url(peer_port),
                                   "--initial-cluster=default=" + url(peer_port)};
  if (disk == ApiServer::Disk::forgetful) command.emplace_back("--unsafe-no-fsync");
  return command;
}

// Without what it writes by itself now and then: nothing but a test's own writes makes versions grow.
std::vector<std::string> server_command(const Folder& folder, std::uint16_t port, std::uint16_t etcd_port) {
  return {api_server_program(),
          "--etcd-servers=" + url(etcd_port),
          "--bind-address=127.0.0.1",
          "--secure-port=" + std::to_string(port),
          "--authorization-mode=RBAC",
          "--client-ca-file=" + folder.path("ca.crt"),
          "--tls-cert-file=" + folder.path("server.crt"),
          "--tls-private-key-file=" + folder.path("server.key"),
          "--service-cluster-ip-range=10.0.0.0/16",
          "--service-account-issuer=https://kubernetes.default.svc",
          "--service-account-key-file=" + folder.path("service-account.key"),
          "--service-account-signing-key-file=" + folder.path("service-account.key"),
          "--endpoint-reconciler-type=none",
          "--feature-gates=APIServerIdentity=false"};
}

} // namespace

Program::Program(std::vector<std::string> command, std::string log)
    : command_(std::move(command)), log_(std::move(log)) {}

Program::~Program() {
  if (process_ > 0) stop(SIGKILL);
}

void Program::start() {
  std::vector<char*> words;
  for (const auto& word : command_) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  process_ = ::fork();
  if (process_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL); // when the thread ends that calls this
  const auto log = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  ::execvp(words[0], words.data());
  ::_exit(127);
}

void Program::signal(int signal) const { ::kill(process_, signal); }

void Program::stop(int signal) {
  ::kill(process_, signal);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

ApiServer::ApiServer(Disk disk)
    : etcd_(etcd_command(folder, etcd_port_.number(), peer_port_.number(), disk), folder.path("etcd.log")),
      server_(server_command(folder, port(), etcd_port_.number()), folder.path("kube-apiserver.log")) {
  shell(folder, fmt::format("openssl req -x509 {} -keyout ca.key -out ca.crt -days 30 -subj /CN=tests", new_key));
  shell(folder, "openssl genrsa -out service-account.key 2048");
  make_certificate("server", "/CN=kube-apiserver", "IP:127.0.0.1,DNS:localhost");
  make_certificate("admin", "/CN=admin/O=system:masters", "");
  etcd_.start();
  start();
}

void ApiServer::make_certificate(const std::string& name, const std::string& subject, const std::string& names) const {
  folder.write(name + ".ext", "extendedKeyUsage=serverAuth,clientAuth\n" +
                                  (names.empty() ? std::string() : "subjectAltName=" + names + "\n"));
  shell(folder, fmt::format("openssl req {0} -keyout {1}.key -out {1}.csr -subj '{2}' && openssl x509 -req -in {1}.csr "
                            "-CA ca.crt -CAkey ca.key -CAcreateserial -out {1}.crt -days 30 -extfile {1}.ext",
                            new_key, name, subject));
}

void ApiServer::start() {
  server_.start();
  wait_for("the API server does not answer: see " + folder.path("kube-apiserver.log"), [this] {
    httplib::SSLClient client("127.0.0.1", port(), folder.path("admin.crt"), folder.path("admin.key"));
    client.set_ca_cert_path(folder.path("ca.crt").c_str());
    const auto answer = client.Get("/readyz");
    return answer && answer->status == 200;
  });
}

void ApiServer::stop(int signal) { server_.stop(signal); }

std::string ApiServer::kubeconfig(const std::string& user, const std::string& space, std::uint16_t port) const {
  if (!std::filesystem::exists(folder.path(user + ".crt"))) make_certificate(user, "/CN=" + user, "");
  const auto name = fmt::format("{}@{}.{}.kubeconfig", user, space, port);
  folder.write(
      name, json{{"apiVersion", "v1"},
                 {"kind", "Config"},
                 {"current-context", "tests"},
                 {"contexts",
                  {{{"name", "tests"}, {"context", {{"cluster", "tests"}, {"user", user}, {"namespace", space}}}}}},
                 {"clusters",
                  {{{"name", "tests"},
                    {"cluster",
                     {{"server", fmt::format("https://127.0.0.1:{}", port ? port : this->port())},
                      {"certificate-authority", "ca.crt"}}}}}},
                 {"users",
                  {{{"name", user}, {"user", {{"client-certificate", user + ".crt"}, {"client-key", user + ".key"}}}}}}}
                .dump(2));
  return folder.path(name);
}

json ApiServer::ask(const std::string& method, const std::string& path, const json& body) const {
  httplib::SSLClient client("127.0.0.1", port(), folder.path("admin.crt"), folder.path("admin.key"));
  client.set_ca_cert_path(folder.path("ca.crt").c_str());
  httplib::Request request;
  request.method = method;
  request.path = path;
  if (!body.is_null()) {
    request.body = body.dump();
    request.set_header("Content-Type", method == "PATCH" ? "application/merge-patch+json" : "application/json");
  }
  const auto answer = client.send(request);
  if (!answer) throw std::runtime_error(fmt::format("{} {}: no answer", method, path));
  return json::parse(answer->body, nullptr, false); // a server that starts answers in plain text
}

void ApiServer::apply(const std::string& path, const std::string& document) const {
  httplib::SSLClient client("127.0.0.1", port(), folder.path("admin.crt"), folder.path("admin.key"));
  client.set_ca_cert_path(folder.path("ca.crt").c_str());
  const auto answer = client.Patch(path + "?fieldManager=tests&force=true", document, "application/apply-patch+yaml");
  if (!answer || answer->status >= 300)
    throw std::runtime_error(fmt::format("{} can't be applied: {}", path, answer ? answer->body : "no answer"));
}

void ApiServer::add_space(const std::string& name) const {
  apply("/api/v1/namespaces/" + name,
        json{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}}.dump());
}

void ApiServer::grant(const std::string& user, const std::string& space, const json& rules) const {
  const auto path = "/apis/rbac.authorization.k8s.io/v1/namespaces/" + space;
  const std::string version = "rbac.authorization.k8s.io/v1", group = "rbac.authorization.k8s.io";
  const json metadata{{"name", user}, {"namespace", space}};
  apply(path + "/roles/" + user,
        json{{"apiVersion", version}, {"kind", "Role"}, {"metadata", metadata}, {"rules", rules}}.dump());
  apply(path + "/rolebindings/" + user, json{{"apiVersion", version},
                                             {"kind", "RoleBinding"},
                                             {"metadata", metadata},
                                             {"roleRef", {{"apiGroup", group}, {"kind", "Role"}, {"name", user}}},
                                             {"subjects", {{{"kind", "User"}, {"name", user}, {"apiGroup", group}}}}}
                                            .dump());
}

namespace {

json ask_etcd(std::uint16_t port, const std::string& path, const json& body = json::object()) {
  httplib::Client client("127.0.0.1", port);
  client.set_read_timeout(patience);
  const auto answer = client.Post(path, body.dump(), "application/json");
  if (!answer || answer->status != 200)
    throw std::runtime_error(fmt::format("etcd, {}: {}", path, answer ? answer->body : "no answer"));
  return json::parse(answer->body, nullptr, false); // a server that starts answers in plain text
}

} // namespace

void ApiServer::compact() const {
  const auto status = ask_etcd(etcd_port_.number(), "/v3/maintenance/status");
  ask_etcd(etcd_port_.number(), "/v3/kv/compaction", {{"revision", status["header"]["revision"]}, {"physical", true}});
}

void ApiServer::defragment() const { ask_etcd(etcd_port_.number(), "/v3/maintenance/defragment"); }

std::uint64_t ApiServer::etcd_bytes() const {
  return std::stoull(ask_etcd(etcd_port_.number(), "/v3/maintenance/status")["dbSize"].get<std::string>());
}

std::size_t ApiServer::stored_bytes(const std::string& key) const {
  std::string encoded(4 * ((key.size() + 2) / 3) + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()), reinterpret_cast<const unsigned char*>(key.data()),
                  static_cast<int>(key.size()));
  encoded.pop_back();
  const auto found = ask_etcd(etcd_port_.number(), "/v3/kv/range", {{"key", encoded}});
  if (!found.contains("kvs")) throw std::runtime_error("etcd has no " + key);
  return found["kvs"][0]["value"].get<std::string>().size() / 4 * 3; // base64
}

void apply_definitions(const ApiServer& server) {
  const std::string path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";
  for (const auto& entry : std::filesystem::directory_iterator(GREETER_DEFINITIONS)) {
    std::ifstream file(entry.path());
    const auto name = entry.path().stem().string() + ".greeter.parcellab.com";
    server.apply(path + name, {std::istreambuf_iterator<char>(file), {}});
    wait_for(name + " is not served", [&] { // which takes longer than to be established
      return server.ask("GET", "/apis/greeter.parcellab.com/v1alpha1/" + entry.path().stem().string())
          .contains("items");
    });
  }
}

} // namespace greeter::test
