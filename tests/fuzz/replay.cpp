// Feeds a target every file of the folders it is given, so that the kept inputs are a test with any compiler.
#include "check.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <unistd.h>

namespace fs = std::filesystem;

int main(int argc, char** argv) {
  std::vector<fs::path> inputs;
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : fs::recursive_directory_iterator(argv[i])) inputs.push_back(entry.path());
  std::sort(inputs.begin(), inputs.end());
  for (const auto& input : inputs) {
    std::printf("%s\n", input.c_str());
    std::fflush(stdout); // the last one named is the one that a broken rule is about
    std::ifstream stream(input, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    ::alarm(5); // no input takes seconds, whatever the sanitizer
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }
  std::printf("%zu inputs\n", inputs.size());
  return inputs.empty() ? 1 : 0;
}
