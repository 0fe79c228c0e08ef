#include "kube/backoff.hpp"

#include <doctest/doctest.h>

using namespace greeter::kube;
using std::chrono::milliseconds;

TEST_CASE("pauses grow up to the longest, and are never all of it together") {
  Backoff backoff(milliseconds(100), milliseconds(1000));
  for (const auto whole : {100, 200, 400, 800, 1000, 1000}) {
    const auto pause = backoff.next();
    CHECK(pause >= milliseconds(whole / 2));
    CHECK(pause <= milliseconds(whole));
  }
  backoff.reset();
  CHECK(backoff.next() <= milliseconds(100));
}

TEST_CASE("pauses differ") {
  bool differ = false;
  for (unsigned i = 0; i < 100 && !differ; ++i)
    differ = Backoff(milliseconds(1000), milliseconds(1000)).next() !=
             Backoff(milliseconds(1000), milliseconds(1000)).next();
  CHECK(differ);
}
