#include "http/board.hpp"

#include <algorithm>

#include <sys/timerfd.h>

namespace greeter {

namespace {

bool same(const Due& a, const Due& b) {
  return a.any == b.any && std::equal(a.choices.begin(), a.choices.end(), b.choices.begin(), b.choices.end(),
                                      [](const auto& x, const auto& y) { return x.greeting == y.greeting; });
}

} // namespace

Board::Board(Configuration configuration, const Store::Contents& stored, unsigned workers)
    : workers_(workers), timer_(::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC)), site_(nullptr) {
  for (const auto& [customer, greeting] : stored.greetings) rows_[customer].table.put(greeting);
  adopt(std::move(configuration));
}

void Board::configure(Configuration configuration) {
  const std::lock_guard lock(mutex_);
  adopt(std::move(configuration));
}

void Board::adopt(Configuration configuration) {
  greeter_ =
      std::make_shared<const Greeter>(std::move(configuration.customers), std::move(configuration.customer_name));
  hash_ = std::move(configuration.hash);
  for (auto& [id, row] : rows_) {
    row.table.set_base({});
    row.page = nullptr;
  }
  const auto time = now();
  for (const auto& customer : greeter_->customers()) {
    auto& row = rows_[customer.id];
    row.table.set_base(customer.greetings);
    if (!row.counts) row.counts = std::make_shared<GreetingCounts>(workers_);
    refresh(customer, row, time, true);
  }
  publish();
}

void Board::take(std::span<const Change> changes) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string_view> touched;
  for (const auto& change : changes) {
    auto& table = rows_[change.customer].table;
    if (change.kind == Write::Kind::put) table.put(change.greeting);
    else table.erase(change.greeting.id);
    touched.push_back(change.customer);
  }
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  const auto time = now();
  for (const auto& customer : greeter_->customers())
    if (std::binary_search(touched.begin(), touched.end(), customer.id))
      refresh(customer, rows_.find(customer.id)->second, time, false);
  publish();
}

void Board::replace(const Store::Contents& stored) {
  const std::lock_guard lock(mutex_);
  for (auto& [id, row] : rows_) row.table.erase_stored();
  for (const auto& [customer, greeting] : stored.greetings) rows_[customer].table.put(greeting);
  refresh_all();
}

void Board::tick() {
  std::uint64_t expirations{};
  [[maybe_unused]] const auto taken =
      ::read(timer_.get(), &expirations, sizeof expirations); // fails when the clock was set
  const std::lock_guard lock(mutex_);
  refresh_all();
}

void Board::refresh_all() {
  const auto time = now();
  for (const auto& customer : greeter_->customers()) refresh(customer, rows_.find(customer.id)->second, time, false);
  publish();
}

// Makes the customer's page where something else is due than it shows, or `anew`.
void Board::refresh(const Customer& customer, Row& row, Timestamp time, bool anew) {
  const auto greetings = row.table.all();
  auto due = due_at(time, greetings);
  row.next = next_change(time, greetings);
  if (anew || !same(due, row.page->due)) row.page = make_page(customer, std::move(due), row.counts);
}

std::shared_ptr<const Site> Board::make_site() const {
  auto site = std::make_shared<Site>(Site{greeter_, {}, hash_});
  site->pages.reserve(greeter_->customers().size());
  for (const auto& customer : greeter_->customers()) site->pages.push_back(rows_.find(customer.id)->second.page);
  return site;
}

void Board::publish() {
  site_.publish(make_site());
  arm();
}

// A timer of the wall clock, which wakes whoever waits for it when that clock is set.
void Board::arm() {
  std::optional<Timestamp> next;
  for (const auto& [id, row] : rows_)
    if (row.page && row.next) next = next ? std::min(*next, *row.next) : *row.next;
  constexpr auto never = std::chrono::hours(24 * 365); // a timer that is off would not notice the clock
  const auto since = next.value_or(now() + never).time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  itimerspec spec{};
  spec.it_value.tv_sec = seconds.count();
  spec.it_value.tv_nsec = std::chrono::nanoseconds(since - seconds).count();
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, nullptr);
}

std::vector<GreetingPtr> Board::greetings(const std::string& customer) const {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(customer);
  return row == rows_.end() ? std::vector<GreetingPtr>() : row->second.table.all();
}

GreetingPtr Board::greeting(const std::string& customer, const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(customer);
  return row == rows_.end() ? nullptr : row->second.table.find(id);
}

void Board::collect_visits(const VisitSink& sink) {
  const std::lock_guard lock(mutex_);
  for (const auto& [customer, row] : rows_)
    if (row.counts)
      row.counts->collect([&](const std::string& greeting, std::uint64_t count) { sink(customer, greeting, count); });
}

std::uint64_t Board::uncollected_visits() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& [customer, row] : rows_)
    if (row.counts) sum += row.counts->uncollected();
  return sum;
}

std::size_t Board::stored(const std::string& customer) const {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(customer);
  return row == rows_.end() ? 0 : row->second.table.stored();
}

} // namespace greeter
