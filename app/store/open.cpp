#include "store/open.hpp"

#include "store/memory_store.hpp"
#include "store/sqlite_backup.hpp"
#include "store/sqlite_store.hpp"

namespace greeter {

namespace {

constexpr std::string_view memory_url = "memory:";
constexpr std::string_view sqlite_scheme = "sqlite:";

// The file of a store that has one.
Result<std::string> file_of(const std::string& url) {
  if (const auto fault = store_url_fault(url)) return Error{ErrorCode::invalid, url + ": " + std::string(*fault)};
  if (url.starts_with(sqlite_scheme)) return url.substr(sqlite_scheme.size());
  return Error{ErrorCode::invalid, url + " has no file: what it holds ends with its process"};
}

} // namespace

std::optional<std::string_view> store_url_fault(std::string_view url) {
  if (url == memory_url || (url.starts_with(sqlite_scheme) && url.size() > sqlite_scheme.size())) return {};
  return "a store is none, memory: or sqlite:/path/to/file.db";
}

Result<std::unique_ptr<Store>> open_store(const std::string& url, const StoreOptions& options) {
  if (const auto fault = store_url_fault(url)) return Error{ErrorCode::invalid, url + ": " + std::string(*fault)};
  if (url == memory_url)
    return std::unique_ptr<Store>(std::make_unique<MemoryStore>(options.changes_kept, options.most_changes));
  return SqliteStore::open(url.substr(sqlite_scheme.size()), options);
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
