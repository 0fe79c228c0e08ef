// A store in one file of SQLite. Durable: what write() acknowledged outlives a crash and a power cut.
#pragma once
#include "store/file_lock.hpp"
#include "store/open.hpp"
#include "store/sqlite.hpp"
#include "store/store.hpp"

#include <mutex>

namespace greeter {

// One connection writes and another reads, so that readers wait for no write to reach the disk. All writes of a call
// are one transaction, and so one wait for the disk.
class SqliteStore : public Store {
public:
  // Creates the file where there is none (its folder has to be there) and migrates one of an older version.
  static Result<std::unique_ptr<Store>> open(const std::string& file, const StoreOptions& options);

  Result<Contents> load() override;
  std::vector<Result<Change>> write(std::span<const Write> writes) override;
  Result<History> changes_after(const std::string& customer, std::uint64_t sequence, std::size_t most) override;
  std::optional<Error> add(const VisitBatch& batch) override;
  Result<std::vector<Visits>> visits(const std::string& customer) override;
  void listen(Listener listener) override;

private:
  SqliteStore(FileLock lock, StoreOptions options) : lock_(std::move(lock)), options_(std::move(options)) {}

  // The row of the table `store`.
  struct State {
    std::uint64_t sequence = 0;
    Timestamp time{};
    std::uint64_t forgotten = 0;
  };

  std::optional<Error> connect(const std::string& file);
  std::optional<Error> prepare();

  // Nothing: all is done, and `results` has one for each of the writes.
  std::optional<Error> transact(std::span<const Write> writes, std::vector<Result<Change>>& results);
  // Parts of it; false: the writer's error() says why.
  bool apply_all(std::span<const Write> writes, std::vector<Result<Change>>& results, sqlite::Transaction& transaction);
  bool apply(const Write& write, State& state, std::vector<Result<Change>>& results);
  bool log(const Change& change, Timestamp time);
  bool forget_old_changes(State& state, std::uint64_t added);
  // Parts of add(), likewise.
  bool count(const VisitBatch& batch, std::chrono::sys_days day);
  bool forget_old_days(std::chrono::sys_days day);
  static bool read_state(sqlite::Statement& statement, State& state);

  FileLock lock_;
  StoreOptions options_;

  std::mutex write_mutex_; // held from the begin of a transaction to the end of the listener
  sqlite::Connection writer_;
  sqlite::Statement find_, put_, erase_, log_change_, written_state_, set_state_, first_since_, forget_;
  sqlite::Statement set_source_, count_, fold_days_, forget_days_, forget_sources_;
  std::chrono::sys_days folded_on_{}; // the day of the last look for old days
  Listener listener_;

  std::mutex read_mutex_; // taken after write_mutex_, never before it
  sqlite::Connection reader_;
  sqlite::Statement all_, changes_, read_state_, visits_;
};

} // namespace greeter
