#include "operator/template_follower.hpp"

#include <array>

#include <poll.h>
#include <sys/eventfd.h>

namespace greeter::control {

namespace {

constexpr int settled = 100; // ms; a change of the template may be several events

} // namespace

TemplateFollower::TemplateFollower(Watch& watch, std::string file, TemplateUser user, Log& log)
    : watch_(watch), file_(std::move(file)), user_(std::move(user)), log_(log),
      stop_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), thread_([this] { run(); }) {}

TemplateFollower::~TemplateFollower() {
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
}

void TemplateFollower::run() {
  std::array<pollfd, 2> waits{{{stop_.get(), POLLIN, 0}, {watch_.fd(), POLLIN, 0}}};
  for (bool changed = false;;) {
    const auto news = ::poll(waits.data(), waits.size(), changed ? settled : -1);
    if (news < 0) continue;
    if (waits[0].revents) return;
    if (news == 0) read();
    changed = news > 0 && (watch_.consume() || changed);
  }
}

void TemplateFollower::read() {
  auto read = read_template(file_);
  if (read) {
    user_.use(std::make_shared<const Template>(std::move(read.value())));
    return log_.info("the template was read again");
  }
  user_.refused();
  log_.error("template refused; the last good one holds", {{"reason", std::string_view(read.error().message)}});
}

} // namespace greeter::control
