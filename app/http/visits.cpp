#include "http/visits.hpp"

#include "base/random.hpp"

#include <algorithm>

namespace greeter {

namespace {

// Within this every customer's total is asked for, or at the next beat.
constexpr auto totals_within = std::chrono::seconds(10);
// The longest until a store that has failed is asked again.
constexpr auto patience = std::chrono::seconds(5);
// Milliseconds of work for a store.
constexpr std::size_t most_in_batch = 1'000;

} // namespace

VisitRecorder::VisitRecorder(Board& board, Store& store, Log& log) : board_(board), store_(store), log_(log) {
  batch_.source = random_hex(32);
  thread_ = std::thread([this] { run(); });
}

VisitRecorder::~VisitRecorder() {
  {
    const std::lock_guard lock(stop_mutex_);
    stopping_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

void VisitRecorder::run() {
  for (bool stop = false; !stop;) {
    try {
      if (!record()) learn_totals();
    } catch (const std::exception& e) { // out of memory: nothing is lost, the next beat tries again
      log_.error("visits were not recorded", {{"reason", std::string_view(e.what())}});
    }
    const auto beat = store_.visits_every();
    std::unique_lock lock(stop_mutex_);
    stop = stop_.wait_for(lock, is_away() ? std::min<std::chrono::milliseconds>(beat, patience) : beat,
                          [this] { return stopping_; });
  }
}

std::optional<Error> VisitRecorder::record() {
  const std::lock_guard lock(record_mutex_);
  collect();
  while (make_batch()) {
    const auto error = store_.add(batch_);
    settle(error);
    if (error) return error;
  }
  return {};
}

std::optional<Error> VisitRecorder::record_unless_away() {
  {
    const std::lock_guard lock(state_mutex_);
    if (trouble_) return trouble_;
  }
  return record();
}

bool VisitRecorder::is_away() const {
  const std::lock_guard lock(state_mutex_);
  return trouble_.has_value();
}

void VisitRecorder::collect() {
  const auto day = std::chrono::floor<std::chrono::days>(now());
  board_.collect_visits([&](const std::string& customer, const std::string& greeting, std::uint64_t count) {
    waiting_[{day, customer, greeting}] += count;
    collected_ += count;
  });
}

// A batch that failed stays as it is: perhaps the store has it, and knows it by its number. False: nothing waits.
bool VisitRecorder::make_batch() {
  if (!batch_.visits.empty()) return true;
  if (waiting_.empty()) return false;
  batch_.visits.reserve(std::min(waiting_.size(), most_in_batch));
  while (!waiting_.empty() && batch_.visits.size() < batch_.visits.capacity()) {
    const auto first = waiting_.extract(waiting_.begin());
    batch_.visits.push_back({first.key().customer, first.key().greeting, first.key().day, first.mapped()});
  }
  ++batch_.number;
  return true;
}

void VisitRecorder::settle(const std::optional<Error>& error) {
  if (error) ++failures_;
  else {
    for (const auto& visits : batch_.visits) collected_ -= visits.count;
    batch_.visits.clear();
  }
  bool changed = false;
  {
    const std::lock_guard lock(state_mutex_);
    changed = error.has_value() != trouble_.has_value();
    trouble_ = error;
  }
  if (!changed) return;
  if (error) log_.error("visits wait for the store", {{"reason", std::string_view(error->message)}});
  else log_.info("visits are recorded again");
}

// A few customers at a time, so that many are no burden.
void VisitRecorder::learn_totals() {
  const auto site = board_.site().current();
  const auto& greeter = *site->greeter;
  const auto rounds = static_cast<std::size_t>(std::max<std::int64_t>(totals_within / store_.visits_every(), 1));
  const auto places = std::max(greeter.customers().size(), rounds);
  for (std::size_t i = 0; i < places / rounds + 1; ++i) {
    const auto at = next_customer_++ % places;
    if (at >= greeter.customers().size()) continue;
    const auto& customer = greeter.customers()[at];
    if (!greeter.only().empty() && greeter.only() != customer.name) continue;
    const auto visits = store_.visits(customer.id);
    if (!visits) return;
    std::uint64_t total = 0;
    for (const auto& each : visits.value()) total += each.count;
    const std::lock_guard lock(state_mutex_);
    totals_[customer.id] = total;
  }
}

std::uint64_t VisitRecorder::pending() const { return collected_.load() + board_.uncollected_visits(); }

std::map<std::string, std::uint64_t> VisitRecorder::stored_totals() const {
  const std::lock_guard lock(state_mutex_);
  return totals_;
}

} // namespace greeter
