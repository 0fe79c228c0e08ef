#include "store/redis/master.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace greeter::redis {

namespace {

constexpr auto sentinel_patience = std::chrono::milliseconds(500);
constexpr auto witness_patience = std::chrono::milliseconds(300);
constexpr auto silence = std::chrono::seconds(2);
constexpr auto behind_for_long = std::chrono::seconds(10); // sentinels that were made anew count from 0

// Read at every connect, so that a new one holds from then on.
Result<std::string> password_in(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) return Error{ErrorCode::invalid, file + " can't be read: it has to hold the store's password"};
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.empty()) return Error{ErrorCode::invalid, file + " is empty: it has to hold the store's password"};
  return text;
}

// Queues AUTH where there is a password; whether it did.
Result<bool> log_in(Connection& connection, const std::string& user, const std::string& file) {
  if (file.empty()) return false;
  const auto password = password_in(file);
  if (!password) return password.error();
  if (user.empty()) connection.queue({"AUTH", password.value()});
  else connection.queue({"AUTH", user, password.value()});
  return true;
}

// The reply to the last of some commands, or the first error among them.
Result<Reply> last_reply(Connection& connection, int commands, Deadline deadline) {
  Result<Reply> reply = Reply{};
  std::optional<Error> refused;
  for (int i = 0; i < commands; ++i) {
    reply = connection.receive(deadline);
    if (!reply) return reply;
    if (!refused && reply.value().kind == Reply::Kind::error) refused = error_of(reply.value(), connection.server());
  }
  if (refused) return *refused;
  return reply;
}

// A field of the reply to SENTINEL MASTER.
std::string field(const Reply& reply, std::string_view name) {
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2)
    if (reply.items[i].text == name) return reply.items[i + 1].text;
  return {};
}

std::optional<Master> master_in(const Reply& reply) {
  const auto port = parse_number(field(reply, "port"));
  const auto epoch = parse_number(field(reply, "config-epoch"));
  auto host = field(reply, "ip");
  if (!port || *port > 65535 || !epoch || host.empty()) return {};
  return Master{{std::move(host), static_cast<std::uint16_t>(*port)}, *epoch};
}

bool has_flag(const Reply& reply, std::string_view flag) {
  return field(reply, "flags").find(flag) != std::string::npos;
}

// More than one sentinel has agreed that it is down.
bool is_being_replaced(const Reply& reply) {
  return has_flag(reply, "o_down") || has_flag(reply, "failover_in_progress");
}

bool is_down(const Reply& reply) { return has_flag(reply, "s_down") || is_being_replaced(reply); }

Result<Connection> connect_to_sentinel(const Access& access, const Endpoint& sentinel, int interrupt,
                                       Deadline deadline) {
  auto stream = Stream::connect(sentinel, access.tls ? &*access.tls : nullptr, interrupt, deadline);
  if (!stream) return stream.error();
  Connection connection(std::move(stream.value()));
  const auto logs_in = log_in(connection, "", access.sentinel_password_file);
  if (!logs_in) return logs_in.error();
  if (!logs_in.value()) return connection;
  if (auto error = connection.send(deadline)) return *error;
  const auto reply = last_reply(connection, 1, deadline);
  if (!reply) return reply.error();
  return connection;
}

} // namespace

std::string Master::term() const { return fmt::format("{}@{}", epoch, to_string(endpoint)); }

Result<Master> Finder::find(int interrupt) {
  const auto& hosts = access_.url.hosts;
  if (!access_.url.sentinel) return Master{hosts.front()};
  std::optional<Master> behind;
  Error failed{ErrorCode::unavailable, "there is no sentinel"};
  for (std::size_t asked = 0; asked < hosts.size(); ++asked) {
    auto master = ask(hosts[next_++ % hosts.size()], interrupt);
    const std::lock_guard lock(mutex_);
    if (!master) {
      if (failed.code != ErrorCode::invalid) failed = master.error(); // a refusal says more than silence
      continue;
    }
    if (master.value().epoch >= newest_epoch_) {
      newest_epoch_ = master.value().epoch;
      behind_since_.reset();
      return master;
    }
    behind = std::move(master.value());
  }
  const std::lock_guard lock(mutex_);
  if (!behind) return failed;
  if (!behind_since_) behind_since_ = Clock::now();
  if (Clock::now() - *behind_since_ < behind_for_long)
    return Error{ErrorCode::unavailable, "the sentinels that answer have not heard of the last failover yet"};
  newest_epoch_ = behind->epoch;
  behind_since_.reset();
  return *behind;
}

Result<Master> Finder::ask(const Endpoint& sentinel, int interrupt) const {
  const auto deadline = Clock::now() + sentinel_patience;
  auto connection = connect_to_sentinel(access_, sentinel, interrupt, deadline);
  if (!connection) return connection.error();
  const auto reply = connection.value().call({"SENTINEL", "MASTER", access_.url.master}, deadline);
  if (!reply) return reply.error();
  const auto master = master_in(reply.value());
  if (!master) return Error{ErrorCode::unavailable, to_string(sentinel) + " does not answer as a sentinel does"};
  if (is_down(reply.value()))
    return Error{ErrorCode::unavailable, fmt::format("the sentinel {} says that the master {} is down",
                                                     to_string(sentinel), to_string(master->endpoint))};
  return *master;
}

std::optional<Error> Witnesses::object(const Master& master) {
  const auto deadline = Clock::now() + witness_patience;
  const auto& hosts = access_.url.hosts;
  for (std::size_t i = 0; i < hosts.size(); ++i) { // all at once: the slowest decides how long it takes
    auto& [connection, ask_again] = sentinels_[i];
    if (Clock::now() < ask_again) continue;
    if (connection && !connection->is_open()) connection.reset();
    if (!connection) {
      if (auto made = connect_to_sentinel(access_, hosts[i], -1, deadline)) connection.emplace(std::move(made.value()));
    }
    if (!connection) {
      ask_again = Clock::now() + silence;
      continue;
    }
    connection->queue({"SENTINEL", "MASTER", access_.url.master});
    if (connection->send(deadline)) connection.reset(); // it was closed meanwhile: the next time it is made anew
  }
  std::size_t agree = 0, doubt = 0;
  std::optional<Error> deposed; // said when all replies are read: those that are left would answer the next question
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    auto& [connection, ask_again] = sentinels_[i];
    if (!connection || Clock::now() < ask_again) continue;
    const auto reply = connection->receive(deadline);
    const auto named = reply ? master_in(reply.value()) : std::nullopt;
    if (!named) {
      connection.reset();
      if (Clock::now() >= deadline) ask_again = Clock::now() + silence;
      continue;
    }
    if (named->epoch < master.epoch) continue; // it has not heard of the last failover: no witness
    if (named->epoch > master.epoch || is_being_replaced(reply.value()))
      deposed = Error{ErrorCode::unavailable,
                      fmt::format("the sentinel {} has or makes another master", to_string(hosts[i]))};
    // While a failover goes on, and where a sentinel was ended in it, the former master may be named with the new
    // epoch.
    ++(*named != master || is_down(reply.value()) ? doubt : agree);
  }
  if (deposed) return deposed;
  if (agree > 0 && 2 * doubt <= hosts.size()) return {};
  return Error{ErrorCode::unavailable, fmt::format("of {} sentinels {} say that {} is the master, {} that it is down",
                                                   hosts.size(), agree, to_string(master.endpoint), doubt)};
}

Result<Connection> connect(const Access& access, const Master& master, int interrupt) {
  const auto deadline = Clock::now() + connect_patience;
  auto stream = Stream::connect(master.endpoint, access.tls ? &*access.tls : nullptr, interrupt, deadline);
  if (!stream) return stream.error();
  Connection connection(std::move(stream.value()));
  const auto logs_in = log_in(connection, access.url.user, access.password_file);
  if (!logs_in) return logs_in.error();
  connection.queue({"SELECT", std::to_string(access.url.database)});
  connection.queue({"ROLE"});
  if (auto error = connection.send(deadline)) return *error;
  const auto role = last_reply(connection, logs_in.value() ? 3 : 2, deadline);
  if (!role) return role.error();
  if (role.value().items.empty() || role.value().items[0].text != "master")
    return Error{ErrorCode::unavailable, to_string(master.endpoint) + " is no master"};
  return connection;
}

} // namespace greeter::redis
