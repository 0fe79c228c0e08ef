// Where greetings are kept. Every backend keeps the same promises: tests/contract.
#pragma once
#include "base/error.hpp"
#include "greeting/greeting.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace greeter {

struct StoredGreeting {
  std::string customer; // id
  Greeting greeting;
};

struct Write {
  enum class Kind : std::uint8_t { put, erase };
  Kind kind = Kind::put;
  std::string customer;
  Greeting greeting; // of an erase, just the id
  // Revision that the stored greeting has to have; 0: there must be none. Nothing: whatever is there.
  std::optional<std::uint64_t> expected;
};

// An entry of the change log.
struct Change {
  std::uint64_t sequence = 0; // 1, 2, 3, ... for one store, without repeats; gaps are possible
  Write::Kind kind = Write::Kind::put;
  std::string customer;
  Greeting greeting; // as it is now (revision == sequence); of an erase, as it was before
};

// Thread-safe. A store that fails returns `unavailable`, and the caller may try again; nothing is half done.
class Store {
public:
  using Listener = std::function<void(std::span<const Change>)>;

  virtual ~Store() = default;

  // Everything, in the order of customers and ids, with the sequence of the last change.
  struct Contents {
    std::vector<StoredGreeting> greetings;
    std::uint64_t sequence = 0;
  };
  virtual Result<Contents> load() = 0;

  // Does all of `writes` in their order, as one unit of work: when this returns, those that succeeded are durable and
  // the listener has been told of them. Each has a result of its own: `conflict` where `expected` is not so (the
  // message says what is there), `not_found` for an erase of what is not there. created_at stays with a greeting for
  // its life, updated_at is the time of the write, never earlier than the last.
  virtual std::vector<Result<Change>> write(std::span<const Write> writes) = 0;

  // Changes of one customer after a sequence, oldest first, `most` at most. `complete` is false where the log no longer
  // goes back that far: what lies between is lost, and the caller has to read everything anew.
  struct History {
    std::vector<Change> changes;
    bool complete = true;
  };
  virtual Result<History> changes_after(const std::string& customer, std::uint64_t sequence, std::size_t most) = 0;

  // Called for every change from now on, whoever makes it, in the order of sequences, before write() returns; by one
  // thread at a time. It may call load() and changes_after(), not write(). Set once, before the first write.
  virtual void listen(Listener listener) = 0;
};

} // namespace greeter
