#include "cli/files.hpp"

#include "base/fd.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>

namespace greeter {

namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20U;

Error failed(const std::string& file, std::string_view what) {
  return {ErrorCode::invalid, fmt::format("{} can't be {}: {}", file, what, std::generic_category().message(errno))};
}

bool is_device(const std::string& file) {
  struct stat status{};
  return ::stat(file.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

} // namespace

Result<std::string> read_file(const std::string& file) {
  const Fd opened(file == "-" ? ::dup(STDIN_FILENO) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return failed(file, "read");
  std::string text;
  std::array<char, 65536> buffer{};
  for (;;) {
    const auto got = ::read(opened.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(file, "read");
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > most_bytes)
      return Error{ErrorCode::invalid, file + " is larger than 64 MiB; split it into several files"};
  }
}

Result<bool> write_file(const std::string& file, std::string_view text, unsigned mode) {
  if (is_device(file)) {
    const Fd opened(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (opened && write_all(opened.get(), text)) return true;
    return failed(file, "written");
  }
  std::error_code none;
  const auto target = std::filesystem::weakly_canonical(file, none).string(); // a link stays one
  const auto& place = none || target.empty() ? file : target;
  const auto temporary = fmt::format("{}.{}.new", place, ::getpid());
  const Fd opened(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!opened) return failed(file, "written");
  if (write_all(opened.get(), text) && ::fsync(opened.get()) == 0 && ::rename(temporary.c_str(), place.c_str()) == 0)
    return true;
  auto error = failed(file, "written");
  ::unlink(temporary.c_str());
  return error;
}

} // namespace greeter
