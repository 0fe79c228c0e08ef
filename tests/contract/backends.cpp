// The backends that need nothing but this machine.
#include "contract/suite/backends.hpp"

#include "support/folder.hpp"

#include <array>

namespace greeter::test {

namespace {

struct InMemory : Place {
  Result<std::unique_ptr<Store>> open(const StoreOptions& options) override { return open_store("memory:", options); }
};

struct InSqlite : Place {
  Result<std::unique_ptr<Store>> open(const StoreOptions& options) override {
    return open_store("sqlite:" + folder.path("store.db"), options);
  }
  const Folder folder;
};

template <class T> std::unique_ptr<Place> make() { return std::make_unique<T>(); }

constexpr std::array all_backends{Backend{"memory", false, make<InMemory>}, Backend{"sqlite", true, make<InSqlite>}};

} // namespace

std::span<const Backend> backends() { return all_backends; }

} // namespace greeter::test
