// A store that ends with the process: for trying things out, and the plainest form of what every store promises.
#pragma once
#include "store/store.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <utility>

namespace greeter {

class MemoryStore : public Store {
public:
  MemoryStore(std::chrono::milliseconds changes_kept, std::size_t most_changes)
      : changes_kept_(changes_kept), most_changes_(most_changes) {}

  Result<Contents> load() override;
  std::vector<Result<Change>> write(std::span<const Write> writes) override;
  Result<History> changes_after(const std::string& customer, std::uint64_t sequence, std::size_t most) override;
  std::optional<Error> add(const VisitBatch& batch) override;
  Result<std::vector<Visits>> visits(const std::string& customer) override;
  void listen(Listener listener) override;

private:
  Result<Change> apply(const Write& write);
  void forget_old_changes();
  void forget_old_days();

  const std::chrono::milliseconds changes_kept_;
  const std::size_t most_changes_;

  std::mutex write_mutex_; // held from the first change to the end of the listener; taken before data_mutex_
  Listener listener_;

  std::mutex data_mutex_; // guards what follows; never held while the listener runs
  std::map<std::pair<std::string, std::string>, Greeting> greetings_; // by customer and id
  struct Logged {
    Change change;
    Timestamp time;
  };
  std::deque<Logged> log_; // oldest first, without gaps
  std::uint64_t sequence_ = 0;
  Timestamp time_{};
  struct Place {
    std::string customer;
    std::chrono::sys_days day;
    std::string greeting;
    auto operator<=>(const Place&) const = default;
  };
  std::map<Place, std::uint64_t> visits_;
  struct Source {
    std::uint64_t number; // of the last batch
    std::chrono::sys_days day;
  };
  std::map<std::string, Source> sources_;
  std::chrono::sys_days day_{}; // of the last look for what is old
};

} // namespace greeter
