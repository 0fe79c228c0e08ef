// first_answer.cpp - how long from starting a server until its first 200? Prints the milliseconds of each start, one a
// line.
//   first_answer PORT STARTS COMMAND...
// Connects and asks without a pause from the moment the process is made, so the figures are good to about 0.1 ms. Every
// process of the server is killed before the next start. Exit code 1: no answer within 10 seconds.
#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration;

// -1: nobody listens yet.
int connect_to(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

bool answers(std::uint16_t port) {
  const int fd = connect_to(port);
  if (fd < 0) return false;
  const timeval patience{5, 0};
  const linger reset{1, 0}; // leaves no TIME_WAIT behind, so the next start finds the port free
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  std::array<char, 4096> in{};
  const bool sent = send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0;
  const ssize_t received = sent ? recv(fd, in.data(), in.size(), 0) : -1;
  close(fd);
  return received > 0 && std::string_view(in.data(), static_cast<std::size_t>(received)).starts_with("HTTP/1.1 200");
}

// A process group of its own, so that workers can be ended with it. What it says goes nowhere.
pid_t start(char** command) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  setpgid(0, 0);
  const int nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, STDOUT_FILENO);
  dup2(nowhere, STDERR_FILENO);
  execvp(command[0], command);
  _exit(127);
}

void stop(pid_t pid, std::uint16_t port) {
  kill(-pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  for (int fd = connect_to(port); fd >= 0; fd = connect_to(port)) close(fd);
}

// Negative: no answer, or the process has ended.
double measure(std::uint16_t port, char** command) {
  const auto begin = Clock::now();
  const pid_t pid = start(command);
  double milliseconds = -1;
  while (Clock::now() - begin < std::chrono::seconds(10)) {
    if (answers(port)) {
      milliseconds = duration<double, std::milli>(Clock::now() - begin).count();
      break;
    }
    if (waitpid(pid, nullptr, WNOHANG) == pid) return -1;
  }
  stop(pid, port);
  return milliseconds;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 4) return std::cerr << "usage: first_answer PORT STARTS COMMAND...\n", 2;
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    const double milliseconds = measure(port, argv + 3);
    if (milliseconds < 0) return std::cerr << "first_answer: no answer\n", 1;
    std::cout << milliseconds << '\n';
  }
}
