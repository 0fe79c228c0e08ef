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
  enum class Kind : std::uint8_t {
    put,
    erase,
    confirm // changes nothing: makes sure that what is there is as durable as if it had just been written
  };
  Kind kind = Kind::put;
  std::string customer;
  Greeting greeting; // of an erase and of a confirm, just the id
  // Revision that the stored greeting has to have; 0: there must be none. Nothing: whatever is there.
  std::optional<std::uint64_t> expected;
};

// An entry of the change log.
struct Change {
  std::uint64_t sequence = 0; // grows, without repeats; gaps are possible, and any number may be the first
  Write::Kind kind = Write::Kind::put;
  std::string customer;
  Greeting greeting; // as it is now (revision == sequence); of an erase, as it was before; of a confirm, if any
};

// Greetings that were given on one day (UTC). Days that lie long back are kept as one, the first of 1970: kept_day() in
// store/rules.hpp.
struct Visits {
  std::string customer;
  std::string greeting; // id; empty: the customer's own text
  std::chrono::sys_days day{};
  std::uint64_t count = 0;
  bool operator==(const Visits&) const = default;
};

// What one instance has counted since its last batch.
struct VisitBatch {
  std::string source;       // the instance, as nobody else calls itself
  std::uint64_t number = 0; // 1, 2, 3, ... of that source
  std::vector<Visits> visits;
};

struct StoreStatus {
  bool up = true;     // the last attempt to reach it succeeded
  bool loaded = true; // it was read once
  std::uint64_t reconnects = 0, resets = 0;
  std::uint64_t refused = 0; // what others put there, which breaks a rule and so is left out
};

// Thread-safe. A store that fails returns `unavailable`, and the caller may try again: nothing is half done. One that
// can't tell whether it has done what it was asked for returns `uncertain`: all of it or nothing.
class Store {
public:
  virtual ~Store() = default;

  // Everything, in the order of customers and ids, with the sequence of the last change.
  struct Contents {
    std::vector<StoredGreeting> greetings;
    std::uint64_t sequence = 0;
  };
  virtual Result<Contents> load() = 0;

  // Does all of `writes` in their order, as one unit of work: when this returns, those that succeeded are durable and
  // the listener has been told of them. Each has a result of its own: `conflict` where `expected` is not so (the
  // message says what is there), `not_found` for an erase of what is not there, `refused` where whoever keeps it has a
  // rule or limit of its own against it (the message says which). created_at stays with a greeting for
  // its life, updated_at is the time of the write, never earlier than the last.
  virtual std::vector<Result<Change>> write(std::span<const Write> writes) = 0;

  // Changes of one customer after a sequence, oldest first, `most` at most. `complete` is false where the log no longer
  // goes back that far: what lies between is lost, and the caller has to read everything anew.
  struct History {
    std::vector<Change> changes;
    bool complete = true;
  };
  virtual Result<History> changes_after(const std::string& customer, std::uint64_t sequence, std::size_t most) = 0;

  // Adds to the counts, as one unit of work. A batch may be given again after an error and is counted once: it counts
  // where its number is beyond the last one of its source, who is forgotten after two days of silence.
  virtual std::optional<Error> add(const VisitBatch& batch) = 0;
  // A customer's counts, in the order of days and ids.
  virtual Result<std::vector<Visits>> visits(const std::string& customer) = 0;

  // How often batches are best given to it. With the time that a store takes, and that of a busy machine, this is less
  // than the second that is promised where nothing else is said.
  virtual std::chrono::milliseconds visits_every() const { return std::chrono::milliseconds(500); }

  // What the store tells whoever keeps in step with it; by one thread at a time. They may call load() and
  // changes_after(), not write().
  struct Listener {
    // Every change since load(), whoever made it, in the order of sequences; before write() returns.
    std::function<void(std::span<const Change>)> changed;
    // What was told before need not be true any more: this is.
    std::function<void(const Contents&)> replaced = {};
    // It is away, and why; or (nothing) it is there again.
    std::function<void(const std::optional<Error>&)> availability = {};
    // Somebody else put this there, which breaks a rule and so is left out: its name, and which.
    std::function<void(const std::string&, const std::string&)> refused = {};
    // So many counts of visits, for which there was no room.
    std::function<void(std::size_t)> given_up = {};
  };
  // Set once, after load() and before the first write. Where load() failed, `replaced` is told when it succeeds.
  virtual void listen(Listener listener) = 0;

  virtual StoreStatus status() const { return {}; }
};

} // namespace greeter
