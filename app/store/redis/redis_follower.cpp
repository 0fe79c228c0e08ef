// What a RedisStore does by itself: finds the master, follows its log, notices when there is another.
#include "base/text.hpp"
#include "store/redis/redis_store.hpp"
#include "store/redis/rows.hpp"

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

namespace greeter::redis {

namespace {

constexpr auto block = std::chrono::seconds(1);
constexpr auto lookout_every = std::chrono::seconds(2);
constexpr int first_pause = 50, longest_pause = 1'000; // milliseconds
constexpr auto most_at_a_time = "1000";

} // namespace

void RedisStore::follow() {
  std::minstd_rand random(std::random_device{}());
  int pause = first_pause;
  while (!stop_.is_raised()) {
    std::optional<Error> error;
    try {
      error = establish();
      if (!error) pause = first_pause;
      while (!error && !look_again_.is_raised() && read_changes()) {
      }
    } catch (const std::exception&) { // greetings go on even where this does not fit into memory
      error = Error{ErrorCode::unavailable, "the store can't be followed: there is no memory left"};
    }
    set_unknown();
    if (!error) continue;
    set_away(*error);
    // Instances that lost the same master don't come back in step.
    stop_.wait(std::chrono::milliseconds(std::uniform_int_distribution(pause / 2, pause)(random)));
    pause = std::min(2 * pause, longest_pause);
  }
}

void RedisStore::set_unknown() {
  const std::lock_guard lock(state_mutex_);
  master_.reset();
}

std::optional<Error> RedisStore::establish() {
  look_again_.clear(); // before stop_ is looked at: whoever stops raises that one first
  if (stop_.is_raised()) return Error{ErrorCode::unavailable, "the store is closed"};
  const auto master = finder_.find(look_again_.fd());
  if (!master) return master.error();
  auto connection = connect(access_, master.value(), look_again_.fd());
  if (!connection) return connection.error();
  {
    const std::lock_guard lock(apply_mutex_);
    if (auto error = catch_up(connection.value(), master.value())) return error;
  }
  followed_.connection.emplace(std::move(connection.value()));
  followed_.master = master.value();
  set_there();
  return {};
}

// From here on the listener is told of this master's changes alone.
std::optional<Error> RedisStore::catch_up(Connection& connection, const Master& master) {
  const auto known = knows_ ? has_what_we_know(connection) : false;
  if (!known) return known.error();
  if (!known.value()) {
    const auto contents = read_contents(connection);
    if (!contents) return contents.error();
    applied_ = contents.value().sequence;
    if (listener_.replaced) listener_.replaced(contents.value());
    const std::lock_guard lock(state_mutex_);
    if (knows_) ++status_.resets;
    status_.loaded = true;
  }
  knows_ = true;
  applied_master_ = master;
  return {};
}

// Whether the newest change that the listener was told of is in the log, and so all before it.
Result<bool> RedisStore::has_what_we_know(Connection& connection) const {
  const auto deadline = Clock::now() + command_patience;
  const auto sequence = connection.call({"HGET", key("state"), "sequence"}, deadline);
  if (!sequence) return sequence.error();
  if (parse_number(sequence.value().text).value_or(0) == applied_) return true;
  const auto entry = connection.call({"XRANGE", key("changes"), entry_id(applied_), entry_id(applied_)}, deadline);
  if (!entry) return entry.error();
  return !entry.value().items.empty();
}

// False: the connection is of no use any more, or the master another one.
bool RedisStore::read_changes() {
  std::uint64_t since = 0;
  {
    const std::lock_guard lock(apply_mutex_);
    since = applied_;
  }
  if (!followed_.connection) return false;
  const auto reply = followed_.connection->call({"XREAD", "COUNT", most_at_a_time, "BLOCK",
                                                 std::to_string(std::chrono::milliseconds(block).count()), "STREAMS",
                                                 key("changes"), entry_id(since)},
                                                Clock::now() + block + command_patience);
  if (!reply) {
    const std::lock_guard lock(state_mutex_);
    away_ = reply.error();
    return false;
  }
  const auto& streams = reply.value().items; // none: nothing has come
  return streams.empty() || (streams[0].items.size() == 2 && apply(changes_in(streams[0].items[1]), followed_.master));
}

bool RedisStore::apply(std::vector<Change> changes, const Master& master) {
  const std::lock_guard lock(apply_mutex_);
  if (applied_master_ != master) return false;
  std::erase_if(changes, [this](const Change& change) { return change.sequence <= applied_; });
  if (changes.empty()) return true;
  applied_ = changes.back().sequence;
  if (listener_.changed) listener_.changed(changes);
  return true;
}

// A master that was deposed and still answers would be followed for ever.
void RedisStore::look_for_another_master() {
  while (!stop_.wait(lookout_every)) {
    const auto master = finder_.find(stop_.fd());
    const std::lock_guard lock(state_mutex_);
    if (master && master_ && master.value() != *master_) look_again_.raise();
  }
}

void RedisStore::set_away(const Error& error) {
  bool news = false;
  {
    const std::lock_guard lock(state_mutex_);
    news = status_.up || !tried_;
    tried_ = true;
    status_.up = false;
    away_ = error;
  }
  state_changed_.notify_all();
  const std::lock_guard lock(apply_mutex_);
  if (news && listener_.availability && !stop_.is_raised()) listener_.availability(error);
}

void RedisStore::set_there() {
  bool news = false;
  {
    const std::lock_guard lock(state_mutex_);
    if (std::exchange(ever_there_, true)) ++status_.reconnects;
    news = !status_.up && tried_;
    tried_ = true;
    status_.up = true;
    master_ = followed_.master;
    away_ = {ErrorCode::unavailable, "the store's master is looked for"}; // should it be wanted
  }
  state_changed_.notify_all();
  const std::lock_guard lock(apply_mutex_);
  if (news && listener_.availability) listener_.availability({});
}

} // namespace greeter::redis
