#include "store/redis/redis_store.hpp"

#include "base/text.hpp"
#include "store/redis/rows.hpp"
#include "store/redis/scripts.hpp"
#include "store/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <tuple>
#include <utility>

namespace greeter::redis {

namespace {

constexpr auto bulk_patience = std::chrono::seconds(10);
constexpr auto replica_patience = std::chrono::seconds(1);
constexpr std::size_t page = 1'000; // changes
// More than a deposed master can have given out unseen, and random, should it come to give out revisions in our term.
constexpr std::uint32_t least_leap = 1'000'000;

constexpr std::array<std::string_view, 3> kind_names{"put", "erase", "confirm"};

Error senseless(const Connection& connection, std::string_view what) {
  return {ErrorCode::unavailable,
          fmt::format("{} has {} that make no sense: who else writes there?", to_string(connection.server()), what)};
}

Error unsure(std::string why) {
  return {ErrorCode::uncertain, "it is not known whether it was done: " + std::move(why)};
}

std::string leap() {
  std::random_device random;
  return std::to_string(least_leap + random() % least_leap);
}

} // namespace

Result<std::unique_ptr<Store>> RedisStore::open(const std::string& url, const StoreOptions& options) {
  auto parsed = parse_url(url);
  if (!parsed) return parsed.error();
  Access access{std::move(parsed.value()), options.password_file, options.sentinel_password_file, {}};
  if (access.url.tls) {
    auto tls = Tls::load(access.url.ca_file, access.url.certificate_file, access.url.key_file);
    if (!tls) return tls.error();
    access.tls = std::move(tls.value());
  }
  return std::unique_ptr<Store>(std::make_unique<RedisStore>(std::move(access), options));
}

RedisStore::RedisStore(Access access, StoreOptions options)
    : access_(std::move(access)), options_(std::move(options)), finder_(access_) {
  follower_ = std::thread([this] { follow(); });
  if (access_.url.sentinel) lookout_ = std::thread([this] { look_for_another_master(); });
}

RedisStore::~RedisStore() {
  stop_.raise();
  look_again_.raise();
  follower_.join();
  if (lookout_.joinable()) lookout_.join();
}

// The link's connection to the master of now. It has to be locked.
Result<Connection*> RedisStore::ready(Link& link) {
  {
    std::unique_lock lock(state_mutex_);
    state_changed_.wait(lock, [this] { return tried_; });
    if (!master_) return Error{ErrorCode::unavailable, away_.message};
    if (link.connection && link.connection->is_open() && link.master == *master_) return &*link.connection;
    link.master = *master_;
  }
  link.connection.reset();
  auto connection = connect(access_, link.master, stop_.fd());
  if (!connection) return broken(link, connection.error());
  return &link.connection.emplace(std::move(connection.value()));
}

// Whoever finds the master silent or unwilling makes all others fail at once, until the follower has looked.
Error RedisStore::broken(Link& link, Error error) {
  link.connection.reset();
  {
    const std::lock_guard lock(state_mutex_);
    if (master_ == link.master) {
      master_.reset();
      away_ = error;
      look_again_.raise();
    }
  }
  if (error.code == ErrorCode::invalid) error.code = ErrorCode::unavailable; // not the fault of who asks now
  return error;
}

Result<Store::Contents> RedisStore::load() {
  {
    std::unique_lock lock(state_mutex_);
    const auto deadline = Clock::now() + options_.wait;
    state_changed_.wait(lock, [this] { return tried_; });
    state_changed_.wait_until(lock, deadline, [this] { return master_ || away_.code == ErrorCode::invalid; });
    if (!master_) return away_;
  }
  const std::lock_guard lock(reader_.mutex);
  const auto connection = ready(reader_);
  if (!connection) return connection.error();
  auto contents = read_contents(*connection.value());
  if (!contents) return broken(reader_, contents.error());
  told_ = contents.value().sequence;
  return contents;
}

void RedisStore::listen(Listener listener) {
  const std::lock_guard lock(apply_mutex_);
  listener_ = std::move(listener);
  if (!knows_ || applied_ == told_ || !listener_.replaced) return;
  if (const auto contents = load()) listener_.replaced(contents.value()); // what came in between
}

StoreStatus RedisStore::status() const {
  const std::lock_guard lock(state_mutex_);
  return status_;
}

Result<Store::Contents> RedisStore::read_contents(Connection& connection) const {
  const auto deadline = Clock::now() + bulk_patience;
  const auto greetings = key("greetings"), state = key("state");
  connection.queue({"MULTI"});
  connection.queue({"HGETALL", greetings});
  connection.queue({"HGET", state, "sequence"});
  connection.queue({"EXEC"});
  if (auto error = connection.send(deadline)) return *error;
  Result<Reply> reply = Reply{};
  for (int i = 0; i < 4; ++i) {
    reply = connection.receive(deadline);
    if (!reply) return reply.error();
    if (reply.value().kind == Reply::Kind::error) return error_of(reply.value(), connection.server());
  }
  const auto& both = reply.value().items;
  if (both.size() != 2) return senseless(connection, "replies");
  Contents contents;
  contents.sequence = parse_number(both[1].text).value_or(0);
  for (std::size_t i = 0; i + 1 < both[0].items.size(); i += 2) {
    auto stored = stored_at(both[0].items[i].text, both[0].items[i + 1].text);
    if (!stored) return senseless(connection, "greetings");
    contents.greetings.push_back(std::move(*stored));
  }
  std::sort(contents.greetings.begin(), contents.greetings.end(), [](const auto& a, const auto& b) {
    return std::tie(a.customer, a.greeting.id) < std::tie(b.customer, b.greeting.id);
  });
  return contents;
}

std::vector<Result<Change>> RedisStore::write(std::span<const Write> writes) {
  const std::lock_guard lock(writer_.mutex);
  const auto all = [&](const Error& error) { return std::vector<Result<Change>>(writes.size(), error); };
  if (writes.empty()) return {};
  const auto ready = this->ready(writer_);
  if (!ready) return all(ready.error());
  auto& connection = *ready.value();

  queue_write(connection, writes);
  const auto deadline = Clock::now() + command_patience + replica_patience;
  if (auto error = connection.send(deadline)) return all(unsure(broken(writer_, *error).message));
  const auto done = connection.receive(deadline);
  if (!done) return all(unsure(broken(writer_, done.error()).message));
  if (done.value().kind == Reply::Kind::error) return all(broken(writer_, error_of(done.value(), connection.server())));
  const auto replicas = connection.receive(deadline);
  const auto news = replicas ? connection.receive(deadline) : replicas;
  if (!news) return all(unsure(broken(writer_, news.error()).message));

  auto doubt = durable(writer_, replicas);
  if (!apply(changes_in(news.value()), writer_.master))
    doubt = unsure(broken(writer_, {ErrorCode::unavailable, "there is another master"}).message);
  return outcomes(done.value(), writes, doubt);
}

// The script, the wait for replicas and what the listener has not been told yet, in one round.
void RedisStore::queue_write(Connection& connection, std::span<const Write> writes) {
  std::vector<std::string> words{"EVAL",
                                 std::string(write_script()),
                                 "3",
                                 key("greetings"),
                                 key("changes"),
                                 key("state"),
                                 writer_.master.term(),
                                 leap(),
                                 std::to_string(std::chrono::milliseconds(options_.changes_kept).count()),
                                 std::to_string(options_.most_changes)};
  for (const auto& write : writes) {
    words.emplace_back(kind_names.at(static_cast<std::size_t>(write.kind)));
    words.push_back(key_of(write.customer, write.greeting.id));
    words.push_back(write.expected ? std::to_string(*write.expected) : "");
    words.push_back(write.kind == Write::Kind::put ? content_of(write.greeting) : "");
  }
  connection.queue(std::vector<std::string_view>(words.begin(), words.end()));
  queue_wait(connection);
  std::uint64_t since = 0;
  {
    const std::lock_guard lock(apply_mutex_);
    since = applied_;
  }
  connection.queue({"XRANGE", key("changes"), "(" + entry_id(since), "+"});
}

void RedisStore::queue_wait(Connection& connection) const {
  connection.queue({"WAIT", std::to_string(access_.url.replicas),
                    std::to_string(std::chrono::milliseconds(replica_patience).count())});
}

// Why what was written may be lost, where it may be: `replicas` is the reply to WAIT.
std::optional<Error> RedisStore::durable(Link& link, const Result<Reply>& replicas) {
  if (std::cmp_less(replicas.value().number, access_.url.replicas))
    return unsure(broken(link, {ErrorCode::unavailable, fmt::format("{} of {} replicas have it",
                                                                    replicas.value().number, access_.url.replicas)})
                      .message);
  if (!access_.url.sentinel) return {};
  if (auto objection = link.witnesses.object(link.master)) return unsure(broken(link, *objection).message);
  return {};
}

std::vector<Result<Change>> RedisStore::outcomes(const Reply& reply, std::span<const Write> writes,
                                                 const std::optional<Error>& doubt) {
  std::vector<Result<Change>> results;
  results.reserve(writes.size());
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const auto& write = writes[i];
    const auto* const result = i < reply.items.size() ? &reply.items[i].items : nullptr;
    const auto word = [&](std::size_t at) {
      return result && at < result->size() ? (*result)[at].text : std::string();
    };
    if (word(0) == "done") {
      const auto value = word(2);
      auto stored =
          value.empty() ? std::optional(StoredGreeting()) : stored_at(key_of(write.customer, write.greeting.id), value);
      if (doubt || !stored) results.emplace_back(doubt ? *doubt : unsure("what came back makes no sense"));
      else
        results.emplace_back(
            Change{parse_number(word(1)).value_or(0), write.kind, write.customer, std::move(stored->greeting)});
    } else {
      const auto no = objection(write, parse_number(word(1)).value_or(0));
      results.emplace_back(no ? *no : Error{ErrorCode::unavailable, "the store's reply makes no sense"});
    }
  }
  return results;
}

Result<Store::History> RedisStore::changes_after(const std::string& customer, std::uint64_t sequence,
                                                 std::size_t most) {
  const std::lock_guard lock(reader_.mutex);
  const auto ready = this->ready(reader_);
  if (!ready) return ready.error();
  auto& connection = *ready.value();
  History history;
  for (auto after = sequence; history.changes.size() < most;) {
    const auto reply =
        connection.call({"XRANGE", key("changes"), "(" + entry_id(after), "+", "COUNT", std::to_string(page)},
                        Clock::now() + command_patience);
    if (!reply) return broken(reader_, reply.error());
    auto changes = changes_in(reply.value());
    if (changes.empty()) break;
    after = changes.back().sequence;
    for (auto& change : changes)
      if (change.customer == customer && history.changes.size() < most) history.changes.push_back(std::move(change));
  }
  const auto state = connection.call({"HMGET", key("state"), "sequence", "forgotten"}, Clock::now() + command_patience);
  if (!state) return broken(reader_, state.error());
  const auto number = [&](std::size_t at) { return parse_number(state.value().items.at(at).text).value_or(0); };
  history.complete = sequence >= number(1) && sequence <= number(0);
  return history;
}

std::optional<Error> RedisStore::add(const VisitBatch& batch) {
  const std::lock_guard lock(visitor_.mutex);
  const auto ready = this->ready(visitor_);
  if (!ready) return ready.error();
  auto& connection = *ready.value();
  std::vector<std::string> keys{key("visits:by:" + batch.source)}, counts;
  const auto today = greeter::today();
  for (auto visits : batch.visits) {
    visits.day = kept_day(visits.day, today);
    if (const auto own = key("visits:" + visits.customer); keys.back() != own) keys.push_back(own);
    for (auto& word : {std::to_string(keys.size()), visits_field(visits), std::to_string(visits.count)})
      counts.push_back(word);
  }
  std::vector<std::string> words{"EVAL", std::string(visits_script()), std::to_string(keys.size())};
  words.insert(words.end(), keys.begin(), keys.end());
  words.push_back(std::to_string(batch.number));
  words.push_back(folded_ == today ? "" : day_text(first_day_kept(today)));
  words.insert(words.end(), counts.begin(), counts.end());
  connection.queue(std::vector<std::string_view>(words.begin(), words.end()));
  queue_wait(connection);
  const auto deadline = Clock::now() + command_patience + replica_patience;
  if (auto error = connection.send(deadline)) return unsure(broken(visitor_, *error).message);
  const auto done = connection.receive(deadline);
  const auto replicas = done ? connection.receive(deadline) : done;
  if (!replicas) return unsure(broken(visitor_, replicas.error()).message);
  if (done.value().kind == Reply::Kind::error) return broken(visitor_, error_of(done.value(), connection.server()));
  if (auto doubt = durable(visitor_, replicas)) return doubt;
  if (!batch.visits.empty()) folded_ = today;
  return {};
}

Result<std::vector<Visits>> RedisStore::visits(const std::string& customer) {
  const std::lock_guard lock(reader_.mutex);
  const auto ready = this->ready(reader_);
  if (!ready) return ready.error();
  const auto reply = ready.value()->call({"HGETALL", key("visits:" + customer)}, Clock::now() + command_patience);
  if (!reply) return broken(reader_, reply.error());
  std::vector<Visits> all;
  const auto& items = reply.value().items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2)
    if (auto visits = visits_at(customer, items[i].text, items[i + 1].text)) all.push_back(std::move(*visits));
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return std::tie(a.day, a.greeting) < std::tie(b.day, b.greeting); });
  return all;
}

} // namespace greeter::redis
