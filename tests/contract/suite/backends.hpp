// Every backend that has to keep the store's promises, and how a test gets at one.
#pragma once
#include "store/open.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace greeter::test {

// Where a store is kept: nothing is in it at first, and it is gone with the object.
class Place {
public:
  Place() = default;
  virtual ~Place() = default;
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  virtual Result<std::unique_ptr<Store>> open(const StoreOptions& options) = 0;
};

struct Backend {
  const char* name;
  bool outlives_its_process; // what was written is there when the store is opened again
  std::unique_ptr<Place> (*place)();
  std::size_t large_call = 3000; // writes of a call that is large for it
};

std::span<const Backend> backends();

// A store that a test works on.
class Tested {
public:
  explicit Tested(const Backend& backend, StoreOptions options = {});

  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }
  void reopen();

  Result<Change> write(Write write); // just one
  Change must(Write write);          // and it has to succeed
  std::vector<StoredGreeting> all(); // as load() has them
  std::string texts();               // "customer/id=text " of each, in load()'s order

private:
  StoreOptions options_;
  std::unique_ptr<Place> place_;
  std::unique_ptr<Store> store_;
};

template <class Test> void on_every_backend(Test test, const StoreOptions& options = {}) {
  for (const auto& backend : backends()) {
    const std::string name = backend.name;
    CAPTURE(name);
    Tested tested(backend, options);
    test(tested);
  }
}

using Revision = std::optional<std::uint64_t>;
Write put(std::string customer, std::string id, std::string text, Revision expected = {});
Write erase(std::string customer, std::string id, Revision expected = {});
Write confirm(std::string customer, std::string id, std::uint64_t expected);

// "ok", or what the error is called.
std::string outcome(const Result<Change>& result);

} // namespace greeter::test
