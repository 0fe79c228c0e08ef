// Pauses between attempts.
#pragma once
#include <chrono>

namespace greeter::kube {

class Backoff {
public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest)
      : first_(first), longest_(longest), next_(first) {}

  // Twice as long each time; of that, anything from a half to the whole, so that clients do not come back together.
  std::chrono::milliseconds next();
  void reset() { next_ = first_; }

private:
  std::chrono::milliseconds first_, longest_, next_;
};

} // namespace greeter::kube
