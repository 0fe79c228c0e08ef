// A store of Greeting objects in one namespace of Kubernetes. Any number of instances share it, and people with
// kubectl.
//
// An informer follows the objects: what it brings is told to the listener, and is what load() answers. A write is a
// request to the API server for each greeting, one after the other, and returns when the informer has brought what it
// did; until then what comes is held back, so that a call of write() is seen as a whole, here. Elsewhere it is not:
// there are no transactions. The log of changes is this process' memory.
#pragma once
#include "kube/informer.hpp"
#include "store/kubernetes/objects.hpp"
#include "store/open.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace greeter::kubernetes {

class KubernetesStore : public Store {
public:
  // Reads the files that the URL names. Whether anybody answers, load() says.
  static Result<std::unique_ptr<Store>> open(const std::string& url, const StoreOptions& options);
  KubernetesStore(kube::Access access, StoreOptions options);
  ~KubernetesStore() override;

  Result<Contents> load() override; // waits for the first time that all was read as long as the options say
  std::vector<Result<Change>> write(std::span<const Write> writes) override;
  Result<History> changes_after(const std::string& customer, std::uint64_t sequence, std::size_t most) override;
  std::optional<Error> add(const VisitBatch& batch) override;
  Result<std::vector<Visits>> visits(const std::string& customer) override;
  std::chrono::milliseconds visits_every() const override;
  void listen(Listener listener) override;
  StoreStatus status() const override;

private:
  using Clock = std::chrono::steady_clock;

  // An object: its version, and the greeting unless it breaks a rule.
  struct Held {
    std::uint64_t version = 0;
    std::string customer;
    GreetingPtr greeting;
    std::string fault;
  };
  using Objects = std::map<std::string, Held>; // by name

  // What a call of write() did to an object last.
  struct Own {
    Held there;               // as it is now
    std::uint64_t erased = 0; // version that it took away
  };
  using Call = std::map<std::string, Own>; // by name

  // What the informer tells, by its thread.
  void take_piece(std::span<const Json> items, bool is_first);
  void take_all(const kube::List& list);
  void take(const kube::Event& event);
  void set_availability(const std::optional<Error>& away);
  // apply_mutex_ is held for these.
  std::optional<Change> apply(const Seen& seen, bool deleted);
  void judge(const Seen& seen, const std::string& fault_before);
  void publish(std::span<const Change> changes);
  void publish_all(std::uint64_t sequence);

  Result<Change> write_one(const Write& write, Call& call);
  Result<Change> send(const Write& write, const std::string& name, const Held& there, Call& call);
  Result<Change> put(const Write& write, const std::string& name, const Held& there, Call& call);
  Held known(const std::string& name, const Call& call);
  Result<Held> ask(const std::string& name);
  Timestamp next_time(const Held& there);
  Error failed(const Error& error);
  bool has_come(const Call& call) const;
  void await(const Call& call, std::vector<Result<Change>>& results);
  void end_call();

  Contents contents() const;
  std::optional<Error> away(); // why nothing can be written
  std::optional<Error> look_at_counts();
  void keep_counts(Json there);
  void report(const std::stop_token& stop);

  const StoreOptions options_;
  const std::string space_;
  kube::Client client_;

  std::vector<Seen> reading_; // of a list that has not ended; the informer's own

  std::mutex write_mutex_; // held by write() from its beginning to its end; taken first
  Clock::time_point pause_until_{};
  Error pause_reason_{ErrorCode::unavailable, ""};

  std::mutex apply_mutex_; // held while the listener runs
  std::condition_variable applied_;
  Listener listener_;
  Objects objects_;                        // as the informer last saw them
  std::uint64_t seen_ = 0;                 // version up to which it did
  Timestamp time_{};                       // of the newest change
  bool in_call_ = false;                   // of write(): what comes is held back,
  std::vector<Change> held_back_;          // in its order,
  bool replaced_ = false;                  // unless all was read anew since
  std::atomic<std::uint64_t> refused_ = 0; // objects that break a rule
  std::atomic<std::uint64_t> told_ = 0;    // sequence of what load() returned last

  mutable std::mutex data_mutex_; // guards what follows; never held while the listener runs
  // As the listener knows them, by customer and id.
  std::map<std::pair<std::string, std::string>, GreetingPtr> greetings_;
  struct Logged {
    Change change;
    Timestamp time;
  };
  std::deque<Logged> log_;      // oldest first
  std::uint64_t forgotten_ = 0; // the log has all that came after it
  std::uint64_t sequence_ = 0;

  mutable std::mutex state_mutex_; // taken last
  std::condition_variable state_changed_;
  StoreStatus status_{.up = false, .loaded = false};
  Error away_{ErrorCode::unavailable, "the store was not reached yet"};
  bool tried_ = false, was_away_ = false;

  std::mutex visits_mutex_;
  Json counts_; // the ConfigMap as it was last seen; null where nobody knows
  Clock::time_point counts_seen_;
  std::atomic<std::size_t> counts_size_ = 0; // bytes

  std::mutex report_mutex_;
  std::condition_variable_any reports_waiting_;
  std::map<std::string, Json> reports_; // what to say of an object, by name

  std::jthread reporter_;
  std::unique_ptr<kube::Informer> informer_; // first to go
};

} // namespace greeter::kubernetes
