// Who the master is, and connections to it.
#pragma once
#include "store/redis/connection.hpp"
#include "store/redis/url.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace greeter::redis {

struct Access {
  Url url;
  std::string password_file, sentinel_password_file; // empty: no password
  std::optional<Tls> tls;
};

struct Master {
  Endpoint endpoint;
  std::uint64_t epoch = 0; // of the failover that made it the master, as the sentinels count them
  // Another one after each failover: what one term has written unseen, the next may not build on.
  std::string term() const;
  bool operator==(const Master&) const = default;
};

inline constexpr auto connect_patience = std::chrono::seconds(1);
inline constexpr auto command_patience = std::chrono::seconds(1);

// Asks the sentinels, or knows the one server there is. Thread-safe.
class Finder {
public:
  explicit Finder(const Access& access) : access_(access) {}

  // Believes no sentinel that is behind what others have said, unless that lasts.
  Result<Master> find(int interrupt);

private:
  Result<Master> ask(const Endpoint& sentinel, int interrupt) const;

  const Access& access_;
  std::atomic<std::size_t> next_ = 0; // the sentinel to be asked: each in its turn
  std::mutex mutex_;                  // of what follows
  std::uint64_t newest_epoch_ = 0;
  std::optional<Clock::time_point> behind_since_;
};

// Asks all sentinels whether a master is still theirs: one that answers and has replicas may have been deposed all the
// same, as long as nobody has told its replicas. Belongs to one thread at a time.
class Witnesses {
public:
  explicit Witnesses(const Access& access) : access_(access), sentinels_(access.url.hosts.size()) {}

  // Nothing: one at least says so, none knows better, and no more than half of them think that it is down.
  std::optional<Error> object(const Master& master);

private:
  struct Sentinel {
    std::optional<Connection> connection;
    Clock::time_point ask_again{}; // one that was silent is left alone for a while
  };
  const Access& access_;
  std::vector<Sentinel> sentinels_;
};

// A connection that is let in and whose server says that it is a master.
Result<Connection> connect(const Access& access, const Master& master, int interrupt);

} // namespace greeter::redis
