#include "operator/queue.hpp"

#include "support/comes_true.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace greeter::control {

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

const std::stop_token forever;

} // namespace

TEST_CASE("a name is in the queue once, and comes again when it was added while it was looked at") {
  WorkQueue queue;
  queue.add("a");
  queue.add("b");
  queue.add("a");
  CHECK(queue.depth() == 2);
  CHECK(queue.take(forever) == "a");
  queue.add("a");
  CHECK(queue.depth() == 1); // b: nobody else looks at a now
  queue.done("a");
  CHECK(queue.take(forever) == "b");
  CHECK(queue.take(forever) == "a");
  queue.done("a");
  queue.done("b");
  CHECK(queue.depth() == 0);
}

TEST_CASE("what fails comes later each time, until it is well") {
  WorkQueue queue({.first = milliseconds(20), .longest = milliseconds(60)});
  queue.add("a");
  const auto pause = [&] {
    CHECK(queue.take(forever) == "a");
    const auto began = Clock::now();
    queue.failed("a");
    CHECK(queue.waiting() == 1);
    CHECK(queue.take(forever) == "a");
    const auto took = Clock::now() - began;
    queue.dropped("a");
    return took;
  };
  CHECK(pause() >= milliseconds(20));
  CHECK(pause() >= milliseconds(40));
  CHECK(pause() >= milliseconds(60));
  const auto longest = pause();
  CHECK(longest >= milliseconds(60));
  CHECK(queue.take(forever) == "a");
  queue.done("a");
  queue.add("a");
  CHECK(queue.take(forever) == "a");
  queue.failed("a");
  CHECK(queue.waiting() == 1);
  queue.add("a"); // news: at once
  CHECK(queue.waiting() == 0);
  CHECK(queue.depth() == 1);
}

TEST_CASE("a worker that waits is woken by a name, by an earlier time, and by the end") {
  WorkQueue queue({.first = milliseconds(1), .longest = milliseconds(1)});
  std::vector<std::string> taken;
  std::atomic<int> looked_at{0};
  std::jthread worker([&](const std::stop_token& stop) {
    while (const auto name = queue.take(stop)) {
      taken.push_back(*name);
      if (taken.size() == 1) queue.failed(*name);
      else queue.done(*name);
      ++looked_at;
    }
  });
  queue.add("a");
  CHECK(test::comes_true([&] { return looked_at == 2; }));
  CHECK(queue.depth() + queue.waiting() == 0);
  worker.request_stop();
  worker.join();
  CHECK(taken == std::vector<std::string>{"a", "a"});
}

} // namespace greeter::control
