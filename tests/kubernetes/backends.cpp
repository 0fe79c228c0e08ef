// The suite's one backend here: a namespace of its own on an API server that all tests of a process share.
#include "contract/suite/backends.hpp"

#include "kubernetes/shared.hpp"

#include <array>

namespace greeter::test {

namespace {

struct InNamespace : Place {
  Result<std::unique_ptr<Store>> open(const StoreOptions& options) override { return open_store(url, options); }
  const std::string url = "kubernetes:?kubeconfig=" + shared_server().kubeconfig("admin", new_space());
};

constexpr std::array all_backends{
    // Each write is a request.
    Backend{"kubernetes", true, []() -> std::unique_ptr<Place> { return std::make_unique<InNamespace>(); }, 150}};

} // namespace

std::span<const Backend> backends() { return all_backends; }

ApiServer& shared_server() {
  static ApiServer server;
  [[maybe_unused]] static const bool defined = (apply_definitions(server), true);
  return server;
}

std::string new_space() {
  static int spaces = 0;
  const auto name = "t-" + std::to_string(++spaces);
  shared_server().add_space(name);
  return name;
}

} // namespace greeter::test
