#include "http/deferred.hpp"

#include <utility>

#include <sys/eventfd.h>

namespace greeter {

Mailbox::Mailbox() : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Mailbox::post(Letter letter) {
  const std::lock_guard lock(mutex_);
  letters_.push_back(std::move(letter));
  if (letters_.size() == 1) ::eventfd_write(wake_.get(), 1);
}

std::vector<Mailbox::Letter> Mailbox::take() {
  eventfd_t count{};
  const std::lock_guard lock(mutex_);
  ::eventfd_read(wake_.get(), &count);
  return std::exchange(letters_, {});
}

} // namespace greeter
