#include "store/file_lock.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace greeter {

namespace {

Error cannot(const std::string& file, std::string_view what) {
  const auto folder = std::filesystem::path(file).parent_path();
  const auto reason = std::generic_category().message(errno);
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored))
    return {ErrorCode::unavailable, fmt::format("there is no folder {}: create it, for {}", folder.string(), file)};
  return {ErrorCode::unavailable, fmt::format("{} can't be {}: {}; the folder has to be writable", file, what, reason)};
}

std::string my_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("process {} on {}\n", ::getpid(), host.data());
}

std::string holder(int fd) {
  std::array<char, 300> name{};
  const auto size = ::pread(fd, name.data(), name.size(), 0);
  std::string text(name.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  text.erase(std::min(text.find('\n'), text.size()));
  return text.empty() ? "another process" : text;
}

} // namespace

// An OFD lock belongs to the open file, not to the process as those of POSIX do: closing another descriptor of the file
// does not lose it.
Result<FileLock> FileLock::take(const std::string& file, std::chrono::milliseconds wait) {
  const auto path = file + ".lock";
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return cannot(path, "opened");
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  const auto deadline = std::chrono::steady_clock::now() + wait;
  int locked = ::fcntl(fd.get(), F_OFD_SETLK, &whole);
  while (locked != 0 && (errno == EAGAIN || errno == EACCES) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20)); // waiting for a lock has no deadline of its own
    locked = ::fcntl(fd.get(), F_OFD_SETLK, &whole);
  }
  if (locked != 0) {
    if (errno != EAGAIN && errno != EACCES) return cannot(path, "locked");
    return Error{ErrorCode::unavailable,
                 fmt::format("{} is in use by {}: a store serves one process at a time; end that "
                             "one, or name another file",
                             file, holder(fd.get()))};
  }
  const auto name = my_name(); // for a person; that it is missing on a full disk does no harm
  if (::ftruncate(fd.get(), 0) == 0) [[maybe_unused]]
    const auto written = ::pwrite(fd.get(), name.data(), name.size(), 0);
  return FileLock(std::move(fd));
}

} // namespace greeter
