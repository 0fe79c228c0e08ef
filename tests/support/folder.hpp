// A folder of its own for a test, gone with the object.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace greeter::test {

class Folder {
public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "greeter-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored; // a server that was killed may leave a child that dies a moment later
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(std::string_view name = "") const { return name.empty() ? path_.string() : (path_ / name).string(); }
  void write(std::string_view name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  void customer(std::string_view id, std::string_view name, std::string_view greeting) const {
    write(std::string(id) + ".yaml",
          "customer:\n  name: \"" + std::string(name) + "\"\n  greeting: \"" + std::string(greeting) + "\"\n");
  }

private:
  std::filesystem::path path_;
};

} // namespace greeter::test
