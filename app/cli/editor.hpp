// A text in the editor of whoever sits at the terminal.
#pragma once
#include "base/error.hpp"

#include <string>
#include <string_view>

namespace greeter {

// A file that only its owner can read, in $TMPDIR or /tmp, removed at the end unless keep() was called.
class EditedFile {
public:
  static Result<EditedFile> create();
  EditedFile(EditedFile&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  EditedFile& operator=(EditedFile&&) = delete;
  ~EditedFile();

  // Shows `text` in $VISUAL, else $EDITOR, else vi, and waits; what is there afterwards. Errors: the editor failed.
  Result<std::string> edit(std::string_view text) const;

  // Leaves the file where it is; its name.
  const std::string& keep();

private:
  explicit EditedFile(std::string path) : path_(std::move(path)) {}

  std::string path_;
  bool kept_ = false;
};

} // namespace greeter
