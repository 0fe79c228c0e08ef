#include "cli/progress.hpp"

#include "cli/width.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include <unistd.h>

namespace greeter {

std::string progress_line(const std::string& what, std::size_t done, std::size_t total) {
  constexpr std::size_t width = 30;
  const auto part = total == 0 ? width : std::min(done, total) * width / total;
  return fmt::format("{} [{}{}] {:3}%  {}/{}", what, std::string(part, '#'), std::string(width - part, ' '),
                     total == 0 ? 100 : std::min(done, total) * 100 / total, done, total);
}

Progress::Progress(const std::string& what, std::size_t total)
    : what_(one_line(what)), total_(total), visible_(::isatty(STDERR_FILENO) == 1) {
  show(0);
}

Progress::~Progress() {
  if (visible_) std::fputs("\r\x1b[K", stderr);
}

void Progress::show(std::size_t done) {
  if (visible_) std::fputs(("\r\x1b[K" + progress_line(what_, done, total_)).c_str(), stderr);
}

} // namespace greeter
