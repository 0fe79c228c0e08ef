// A store on a Redis server, or on the master that sentinels name. Any number of instances share it.
//
// A write is acknowledged when the master and as many replicas as the URL says have it. Every instance follows the log
// of changes: a thread waits for them and tells the listener; write() tells it what has come up to its own change.
// After a change of the master the follower makes sure that what it knows is in the new master's log, else it reads
// everything anew. Nobody but the follower looks for the master: while it knows none, all else fails at once.
#pragma once
#include "net/interrupt.hpp"
#include "store/open.hpp"
#include "store/redis/master.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace greeter::redis {

class RedisStore : public Store {
public:
  // Reads the files that the URL names. Whether anybody answers, load() says.
  static Result<std::unique_ptr<Store>> open(const std::string& url, const StoreOptions& options);
  RedisStore(Access access, StoreOptions options);
  ~RedisStore() override;

  Result<Contents> load() override; // the first time, waits for the store as long as the options say
  std::vector<Result<Change>> write(std::span<const Write> writes) override;
  Result<History> changes_after(const std::string& customer, std::uint64_t sequence, std::size_t most) override;
  std::optional<Error> add(const VisitBatch& batch) override;
  Result<std::vector<Visits>> visits(const std::string& customer) override;
  void listen(Listener listener) override;
  StoreStatus status() const override;

private:
  // A connection for one purpose, made when it is needed, to the master of that moment. Locked by whoever uses it.
  struct Link {
    std::mutex mutex;
    Master master;
    std::optional<Connection> connection;
    Witnesses witnesses;
  };
  std::optional<Error> durable(Link& link, const Result<Reply>& replicas);
  Result<Connection*> ready(Link& link);
  Error broken(Link& link, Error error);

  void queue_write(Connection& connection, std::span<const Write> writes);
  void queue_wait(Connection& connection) const;
  static std::vector<Result<Change>> outcomes(const Reply& reply, std::span<const Write> writes,
                                              const std::optional<Error>& doubt);
  Result<Contents> read_contents(Connection& connection) const;
  std::string key(std::string_view name) const { return access_.url.prefix + std::string(name); }

  // The follower.
  void follow();
  std::optional<Error> establish();
  std::optional<Error> catch_up(Connection& connection, const Master& master); // apply_mutex_ is held
  Result<bool> has_what_we_know(Connection& connection) const;
  bool read_changes();
  bool apply(std::vector<Change> changes, const Master& master);
  void look_for_another_master();
  void set_unknown();
  void set_away(const Error& error);
  void set_there();

  const Access access_;
  const StoreOptions options_;
  Finder finder_;

  Link writer_{.witnesses = Witnesses(access_)}, reader_{.witnesses = Witnesses(access_)};
  Link visitor_{.witnesses = Witnesses(access_)};
  Link followed_{.witnesses = Witnesses(access_)}; // the follower's own
  std::chrono::sys_days folded_{};                 // day on which old visits were put together last; with visitor_

  mutable std::mutex state_mutex_; // taken last
  std::condition_variable state_changed_;
  std::optional<Master> master_;                                        // nothing: it is away,
  Error away_{ErrorCode::unavailable, "the store was not reached yet"}; // and why
  StoreStatus status_{.up = false, .loaded = false};
  bool tried_ = false, ever_there_ = false;

  std::mutex apply_mutex_; // held while the listener runs; taken after writer_, before reader_
  Listener listener_;
  std::optional<Master> applied_master_;
  std::uint64_t applied_ = 0;           // sequence of the newest change that the listener was told of
  bool knows_ = false;                  // anything at all
  std::atomic<std::uint64_t> told_ = 0; // sequence of what load() returned last

  Interrupt stop_, look_again_; // the latter makes the follower find the master anew
  std::thread follower_, lookout_;
};

} // namespace greeter::redis
