// Wakes a thread that waits for a descriptor.
#pragma once
#include "base/fd.hpp"

#include <chrono>

namespace greeter {

// Thread-safe.
class Interrupt {
public:
  Interrupt();
  void raise() const;
  void clear() const;
  bool is_raised() const { return wait(std::chrono::milliseconds(0)); }
  bool wait(std::chrono::milliseconds most) const; // whether it was raised
  int fd() const { return fd_.get(); }

private:
  Fd fd_;
};

} // namespace greeter
