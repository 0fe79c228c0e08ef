#include "store/open.hpp"

#include "store/kubernetes/kubernetes_store.hpp"
#include "store/kubernetes/url.hpp"
#include "store/memory_store.hpp"
#include "store/redis/redis_store.hpp"
#include "store/sqlite_backup.hpp"
#include "store/sqlite_store.hpp"

namespace greeter {

namespace {

constexpr std::string_view memory_url = "memory:";
constexpr std::string_view sqlite_scheme = "sqlite:";

// The file of a store that has one.
Result<std::string> file_of(const std::string& url) {
  if (const auto fault = store_url_fault(url)) return Error{ErrorCode::invalid, url + ": " + *fault};
  if (url.starts_with(sqlite_scheme)) return url.substr(sqlite_scheme.size());
  if (url == memory_url) return Error{ErrorCode::invalid, url + " has no file: what it holds ends with its process"};
  if (kubernetes::is_url(url))
    return Error{ErrorCode::invalid, url + " has no file: back up the cluster, or use greeter greetings export"};
  return Error{ErrorCode::invalid, url + " has no file: back up Redis' own, or use greeter greetings export"};
}

} // namespace

std::optional<std::string> store_url_fault(const std::string& url) {
  if (redis::is_url(url)) {
    const auto parsed = redis::parse_url(url);
    return parsed ? std::nullopt : std::optional(parsed.error().message);
  }
  if (kubernetes::is_url(url)) {
    const auto parsed = kubernetes::parse_url(url);
    return parsed ? std::nullopt : std::optional(parsed.error().message);
  }
  if (url == memory_url || (url.starts_with(sqlite_scheme) && url.size() > sqlite_scheme.size())) return {};
  return "a store is none, memory:, sqlite:/path/to/file.db, redis://HOST, redis+sentinel://HOST,HOST or "
         "kubernetes:";
}

Result<std::unique_ptr<Store>> open_store(const std::string& url, const StoreOptions& options) {
  if (redis::is_url(url)) return redis::RedisStore::open(url, options);
  if (kubernetes::is_url(url)) return kubernetes::KubernetesStore::open(url, options);
  if (url == memory_url)
    return std::unique_ptr<Store>(std::make_unique<MemoryStore>(options.changes_kept, options.most_changes));
  const auto file = file_of(url);
  return file ? SqliteStore::open(file.value(), options) : file.error();
}

Result<std::uint64_t> back_up(const std::string& url, const std::string& file) {
  const auto store = file_of(url);
  return store ? back_up_sqlite(store.value(), file) : store.error();
}

Result<std::size_t> restore(const std::string& url, const std::string& file) {
  const auto store = file_of(url);
  return store ? restore_sqlite(store.value(), file) : store.error();
}

} // namespace greeter
