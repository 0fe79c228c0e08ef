// The one place that knows every backend.
#pragma once
#include "store/store.hpp"

#include <memory>

namespace greeter {

struct StoreOptions {
  std::chrono::seconds changes_kept{std::chrono::hours(24 * 7)}; // older entries of the change log are forgotten
  std::size_t most_changes = 100'000;                            // and so are more than these
  std::chrono::milliseconds wait{0}; // at the start: for another process to leave the store, or for it to answer
  std::string password_file, sentinel_password_file; // of a store that asks for one; empty: it does not
};

// "memory:" (gone with the process), "sqlite:/path/to/file.db", a URL of Redis (store/redis/url.hpp) or of Kubernetes
// (store/kubernetes/url.hpp). Errors say what is wrong with it, whom it may belong to, and what to do about it.
Result<std::unique_ptr<Store>> open_store(const std::string& url, const StoreOptions& options);

// Whether it names a backend: the rule it breaks, else nothing. "none" does not: callers ask for that first.
std::optional<std::string> store_url_fault(const std::string& url);

// A copy of a store in a file, which may be in use, as of one moment, in a new file. `unavailable` where that is there
// already.
Result<std::uint64_t> back_up(const std::string& url, const std::string& file); // bytes of the copy
// Replaces the store's content by a backup's, which is checked first. Refused while another process has the store open.
Result<std::size_t> restore(const std::string& url, const std::string& file); // greetings that are there now

} // namespace greeter
