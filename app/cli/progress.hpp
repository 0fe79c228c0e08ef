// A bar on standard error while something takes its time; nothing where that is no terminal.
#pragma once
#include <cstddef>
#include <string>

namespace greeter {

class Progress {
public:
  // `what` stands before the bar.
  Progress(const std::string& what, std::size_t total);
  ~Progress(); // wipes the bar away
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::size_t done);

private:
  std::string what_;
  std::size_t total_;
  bool visible_;
};

// "what [#####     ] 50%  1000/2000". Pure.
std::string progress_line(const std::string& what, std::size_t done, std::size_t total);

} // namespace greeter
