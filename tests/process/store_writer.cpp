// store_writer URL SEQUENCE SEED: opens a store, tells what is in it and what has changed since SEQUENCE, and writes
// until it is killed. Each write is told of as soon as it is acknowledged. Lines, for test_store_kill.py:
//   was SEQUENCE put|erase CUSTOMER ID TEXT    a change of the log
//   has REVISION CUSTOMER ID TEXT              a greeting
//   open SEQUENCE                              the end of both
//   ack SEQUENCE put|erase CUSTOMER ID TEXT
#include "store/open.hpp"

#include <fmt/format.h>

#include <random>
#include <string_view>
#include <thread>

#include <unistd.h>

using namespace greeter;

namespace {

constexpr unsigned threads = 4, customers = 3, ids = 40, largest_batch = 12;

[[noreturn]] void fail(std::string_view why) {
  fmt::print(stderr, "store_writer: {}\n", why);
  ::_exit(1);
}

// In one call, and so not mixed with another thread's.
void tell(std::string_view lines) {
  while (!lines.empty()) {
    const auto written = ::write(STDOUT_FILENO, lines.data(), lines.size());
    if (written < 0) fail("nobody reads");
    lines.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string customer(unsigned n) { return fmt::format("customer-{}", n); }

std::string line(std::string_view what, const Change& change) {
  return fmt::format("{} {} {} {} {} {}\n", what, change.sequence, change.kind == Write::Kind::put ? "put" : "erase",
                     change.customer, change.greeting.id, change.greeting.text);
}

void tell_contents(Store& store, std::uint64_t since) {
  std::string lines;
  for (unsigned n = 0; n < customers; ++n) {
    const auto history = store.changes_after(customer(n), since, SIZE_MAX);
    if (!history) fail(history.error().message);
    if (!history.value().complete) fail("the log does not go back so far");
    for (const auto& change : history.value().changes) lines += line("was", change);
  }
  const auto contents = store.load();
  if (!contents) fail(contents.error().message);
  for (const auto& [name, greeting] : contents.value().greetings)
    lines += fmt::format("has {} {} {} {}\n", greeting.revision, name, greeting.id, greeting.text);
  tell(lines + fmt::format("open {}\n", contents.value().sequence));
}

[[noreturn]] void write_for_ever(Store& store, unsigned seed) {
  std::mt19937 random(seed);
  for (unsigned n = 0;; ++n) {
    std::vector<Write> writes(1 + random() % largest_batch);
    for (auto& write : writes) {
      write.kind = random() % 4 == 0 ? Write::Kind::erase : Write::Kind::put;
      write.customer = customer(static_cast<unsigned>(random() % customers));
      write.greeting.id = fmt::format("g{}", random() % ids);
      write.greeting.text = fmt::format("{}-{}-{:x>{}}", seed, n, "", random() % 200);
    }
    std::string lines;
    for (const auto& result : store.write(writes))
      if (result) lines += line("ack", result.value());
      else if (result.error().code != ErrorCode::not_found) fail(result.error().message);
    tell(lines);
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 4) fail("usage: store_writer URL SEQUENCE SEED");
  const auto store = open_store(argv[1], {});
  if (!store) fail(store.error().message);
  tell_contents(*store.value(), std::stoull(argv[2]));
  std::vector<std::jthread> running;
  for (unsigned i = 0; i < threads; ++i)
    running.emplace_back(
        [&, i] { write_for_ever(*store.value(), static_cast<unsigned>(std::stoul(argv[3])) * threads + i); });
}
