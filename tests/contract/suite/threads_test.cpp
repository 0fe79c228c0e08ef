// Many at once.
#include "contract/suite/backends.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

using namespace greeter;
using namespace greeter::test;

namespace {

constexpr int writers = 8, steps = 50;

template <class Work> void in_threads(int threads, Work work) {
  std::vector<std::jthread> running;
  running.reserve(static_cast<std::size_t>(threads));
  for (int i = 0; i < threads; ++i) running.emplace_back([work, i] { work(i); });
}

} // namespace

TEST_CASE("of writers that expect the same revision one wins, so no step of a counter is lost") {
  on_every_backend([](Tested& store) {
    store.must(put("c", "counter", "0"));
    std::vector<std::uint64_t> heard; // the listener runs in one thread at a time
    store->listen({[&](std::span<const Change> changes) {
      for (const auto& change : changes) heard.push_back(change.sequence);
    }});
    std::atomic<int> broken = 0;
    in_threads(writers, [&](int) {
      for (int done = 0; done < steps;) {
        const auto there = store->load();
        if (!there) return void(++broken);
        const auto& counter = there.value().greetings.front().greeting;
        const std::vector step{put("c", "counter", std::to_string(std::stoi(counter.text) + 1), counter.revision)};
        const auto result = store->write(step);
        if (result.front()) ++done;
        else if (result.front().error().code != ErrorCode::conflict) return void(++broken);
      }
    });
    CHECK(broken == 0);
    CHECK(store.texts() == "c/counter=" + std::to_string(writers * steps) + " ");
    CHECK(heard.size() == writers * steps);
    CHECK(std::is_sorted(heard.begin(), heard.end()));
  });
}

TEST_CASE("readers see whole calls of write, while writers write") {
  on_every_backend([](Tested& store) {
    const std::vector<Write> both{put("c", "a", "0"), put("c", "b", "0")};
    REQUIRE(store->write(both).back());
    std::atomic<bool> done = false;
    std::atomic<int> torn = 0, reads = 0;
    {
      const std::jthread reader([&] {
        while (!done || reads == 0) {
          const auto seen = store->load();
          if (!seen) return void(++torn);
          const auto& greetings = seen.value().greetings;
          if (greetings[0].greeting.text != greetings[1].greeting.text) ++torn;
          if (greetings[1].greeting.revision != seen.value().sequence) ++torn; // b is always the last to change
          ++reads;
        }
      });
      in_threads(2, [&](int thread) {
        for (int i = 0; i < steps; ++i) {
          const auto text = std::to_string(thread * steps + i);
          const std::vector<Write> writes{put("c", "a", text), put("c", "b", text)};
          for (const auto& result : store->write(writes)) torn += result ? 0 : 1;
        }
      });
      done = true;
    }
    CHECK(torn == 0);
    CHECK(reads > 0);
  });
}
