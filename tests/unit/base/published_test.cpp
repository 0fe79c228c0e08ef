#include "base/published.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace greeter;

TEST_CASE("a reader sees the newest value and keeps the old one alive until then") {
  auto first = std::make_shared<const int>(1);
  const std::weak_ptr<const int> watched = first;
  Published<int> published(std::move(first));
  Published<int>::Reader reader(published);
  CHECK(reader.get() == 1);
  published.publish(std::make_shared<const int>(2));
  CHECK_FALSE(watched.expired());
  CHECK(reader.get() == 2);
  CHECK(watched.expired());
}

TEST_CASE("readers on other threads never see a torn or an older value") {
  struct Pair {
    int a, b;
  };
  Published<Pair> published(std::make_shared<const Pair>(Pair{0, 0}));
  constexpr int last = 2000;
  std::thread other([&] {
    Published<Pair>::Reader reader(published);
    for (int seen = 0; seen < last;) {
      const auto& value = reader.get();
      REQUIRE(value.a == value.b);
      REQUIRE(value.a >= seen);
      seen = value.a;
    }
  });
  for (int i = 1; i <= last; ++i) published.publish(std::make_shared<const Pair>(Pair{i, i}));
  other.join();
}
