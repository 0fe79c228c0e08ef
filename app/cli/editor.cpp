#include "cli/editor.hpp"

#include "base/fd.hpp"
#include "cli/files.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

namespace greeter {

namespace {

std::string editor() {
  for (const auto* name : {"VISUAL", "EDITOR"})
    if (const char* const value = std::getenv(name); value && *value) return value;
  return "vi";
}

// Through the shell, as the variables may hold options: "code --wait".
bool run(const std::string& command, const std::string& file) {
  auto script = "exec " + command + " \"$1\"";
  std::string shell = "sh", flag = "-c", name = "greeter", path = file;
  std::array<char*, 6> arguments{shell.data(), flag.data(), script.data(), name.data(), path.data(), nullptr};
  pid_t child = 0;
  int status = 0;
  if (::posix_spawn(&child, "/bin/sh", nullptr, nullptr, arguments.data(), environ) != 0) return false;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

Result<EditedFile> EditedFile::create() {
  const char* const folder = std::getenv("TMPDIR");
  std::string path = fmt::format("{}/greeter-XXXXXX.yaml", folder && *folder ? folder : "/tmp");
  const Fd file(::mkostemps(path.data(), 5, O_CLOEXEC));
  if (!file)
    return Error{ErrorCode::unavailable,
                 fmt::format("{} can't be made: {}", path, std::generic_category().message(errno))};
  return EditedFile(std::move(path));
}

EditedFile::~EditedFile() {
  if (!path_.empty() && !kept_) ::unlink(path_.c_str());
}

Result<std::string> EditedFile::edit(std::string_view text) const {
  if (const auto written = write_file(path_, text, 0600); !written) return written.error();
  if (!run(editor(), path_))
    return Error{ErrorCode::internal,
                 fmt::format("the editor ({}) failed; choose another with VISUAL or EDITOR", editor())};
  return read_file(path_);
}

const std::string& EditedFile::keep() {
  kept_ = true;
  return path_;
}

} // namespace greeter
