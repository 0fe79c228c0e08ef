// Whoever keeps in step with a store that others write to, and patience.
#pragma once
#include "contract/suite/backends.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

namespace greeter::test {

using Clock = std::chrono::steady_clock;
inline constexpr auto patience = std::chrono::seconds(60);

inline std::unique_ptr<Store> open(const std::string& url, const StoreOptions& options = {}) {
  auto store = open_store(url, options);
  REQUIRE_MESSAGE(store, store.error().message);
  return std::move(store.value());
}

inline Result<Change> write(Store& store, const Write& write) {
  auto results = store.write(std::span(&write, 1));
  REQUIRE(results.size() == 1);
  return std::move(results.front());
}

template <class Condition> void eventually(const std::string& what, Condition condition) {
  const auto deadline = Clock::now() + patience;
  while (!condition()) {
    REQUIRE_MESSAGE(Clock::now() < deadline, what);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// Until it is done: nobody can say how long a failover takes.
inline Change write_at_last(Store& store, const Write& wanted) {
  std::optional<Change> change;
  eventually("no write succeeds", [&] {
    auto result = write(store, wanted);
    if (result) change = result.value();
    return change.has_value();
  });
  return *change;
}

// What a listener was told, "id=text " for each greeting that is there.
class Follower {
public:
  explicit Follower(Store& store) {
    auto contents = store.load();
    if (contents) replace(contents.value());
    store.listen({[this](std::span<const Change> changes) { take(changes); },
                  [this](const Store::Contents& now) {
                    ++replaced; // before anybody sees it by the texts
                    replace(now);
                  },
                  [this](const std::optional<Error>& away) { ++(away ? gone : back); },
                  [this](const std::string& name, const std::string& why) {
                    const std::lock_guard lock(mutex_);
                    refusals_ += name + ": " + why + "\n";
                  }});
  }
  std::string texts() {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const auto& [id, text] : texts_) all += id + "=" + text + " ";
    return all;
  }
  std::string refusals() { // "name: why", one a line
    const std::lock_guard lock(mutex_);
    return refusals_;
  }
  std::atomic<int> replaced = 0, gone = 0, back = 0;

private:
  void take(std::span<const Change> changes) {
    const std::lock_guard lock(mutex_);
    for (const auto& change : changes)
      if (change.kind == Write::Kind::put) texts_[change.greeting.id] = change.greeting.text;
      else texts_.erase(change.greeting.id);
  }
  void replace(const Store::Contents& contents) {
    const std::lock_guard lock(mutex_);
    texts_.clear();
    for (const auto& stored : contents.greetings) texts_[stored.greeting.id] = stored.greeting.text;
  }
  std::mutex mutex_;
  std::map<std::string, std::string> texts_;
  std::string refusals_;
};

} // namespace greeter::test
