// The backends that need nothing but this machine.
#include "contract/suite/backends.hpp"

#include "base/random.hpp"
#include "contract/redis_servers.hpp"
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

// A prefix of its own on a server that all tests of a process share.
struct OnRedis : Place {
  Result<std::unique_ptr<Store>> open(const StoreOptions& options) override {
    static const RedisServer server("appendonly yes\n");
    return open_store("redis://127.0.0.1:" + std::to_string(server.port()) + prefix, options);
  }
  const std::string prefix = "?prefix=" + random_hex(16) + ":";
};

struct BehindSentinel : Place {
  Result<std::unique_ptr<Store>> open(const StoreOptions& options) override {
    static const SentinelSystem system(std::chrono::minutes(1)); // nobody is to take over from one that is just busy
    return open_store("redis+sentinel://127.0.0.1:" + std::to_string(system.sentinel.port()) + prefix, options);
  }
  const std::string prefix = "?prefix=" + random_hex(16) + ":";
};

template <class T> std::unique_ptr<Place> make() { return std::make_unique<T>(); }

constexpr std::array all_backends{Backend{"memory", false, make<InMemory>}, Backend{"sqlite", true, make<InSqlite>},
                                  Backend{"redis", true, make<OnRedis>},
                                  Backend{"redis behind a sentinel", true, make<BehindSentinel>}};

} // namespace

std::span<const Backend> backends() { return all_backends; }

} // namespace greeter::test
