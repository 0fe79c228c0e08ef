#include "net/interrupt.hpp"

#include <cstdint>

#include <poll.h>
#include <sys/eventfd.h>

namespace greeter {

Interrupt::Interrupt() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Interrupt::raise() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(fd_.get(), &one, sizeof one);
}

void Interrupt::clear() const {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = ::read(fd_.get(), &count, sizeof count);
}

bool Interrupt::wait(std::chrono::milliseconds most) const {
  pollfd wait{fd_.get(), POLLIN, 0};
  return ::poll(&wait, 1, static_cast<int>(most.count())) > 0;
}

} // namespace greeter
