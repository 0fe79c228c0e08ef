// writes.cpp - greetings written over kept-open connections, each of which waits for its answer before it writes again.
//   writes http|redis PORT SECONDS CONNECTIONS TOKEN fill|replace|create
//   fill     every greeting of the table once, however long that takes
//   replace  greetings of the table in turn, each time with another description: If-Match: *
//   create   8,000 greetings that are not there yet, or as many as there is time for
// Only 200, 201 and +OK count, and only within SECONDS. In the end each connection reads what it was last told is
// stored: anything else there is an error. Redis is sent SET and GET of the same JSON. Prints one line of JSON.
#include "wire.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <map>
#include <sys/epoll.h>

namespace {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;

constexpr std::size_t table_size = 1024;             // greetings in the table
constexpr std::size_t most_new = 8000;               // with the table fewer than Greeter takes of one customer
constexpr auto patience = std::chrono::seconds(5);   // for answers that are still missing when the time is up
constexpr auto fill_limit = std::chrono::minutes(2); // for the whole table

[[noreturn]] void fail(const std::string& what) {
  std::cerr << "writes: " << what << '\n';
  std::exit(1);
}

enum class Mode { fill, replace, create };

struct Settings {
  bool redis;
  std::uint16_t port;
  double seconds;
  std::size_t connections;
  std::string token;
  Mode mode;
};

std::string padded(std::size_t number) {
  const std::string digits = std::to_string(number);
  return std::string(digits.size() < 9 ? 9 - digits.size() : 0, '0') + digits;
}

// Three days somewhere in the year, so that few are due at a time. The text is the customer's own, so that `GET /`
// stays the same.
std::string greeting_json(std::size_t number, const std::string& description) {
  const auto two_digits = [](std::size_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  const std::size_t month = number % 12 + 1, day = number % 25 + 1;
  const auto moment = [&](std::size_t at) {
    return "2026-" + two_digits(month) + "-" + two_digits(at) + "T00:00:00+01:00";
  };
  return R"({"text":"Moin!","description":")" + description +
         R"(","language":"de","tags":["season","bench"],"state":"active","starts_at":")" + moment(day) +
         R"(","ends_at":")" + moment(day + 3) + "\"}";
}

// A protocol's requests and answers.
class Wire {
public:
  explicit Wire(const Settings& settings) : settings_(settings) {}

  std::string write(const std::string& id, const std::string& body) const {
    if (settings_.redis) return command({"SET", id, body});
    return head("PUT", id) + (settings_.mode == Mode::replace ? "If-Match: *\r\n" : "") +
           "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  std::string read(const std::string& id) const {
    return settings_.redis ? command({"GET", id}) : head("GET", id) + "\r\n";
  }

  std::string hello() const { return settings_.redis ? command({"AUTH", settings_.token}) : ""; }

  std::size_t answer_size(std::string_view in) const {
    if (!settings_.redis) return response_size(in);
    const std::size_t line = in.find("\r\n");
    if (line == in.npos) return 0;
    const long bulk = in.front() == '$' ? std::strtol(in.data() + 1, nullptr, 10) : -1;
    const std::size_t size = line + 2 + (bulk < 0 ? 0 : static_cast<std::size_t>(bulk) + 2);
    return in.size() >= size ? size : 0;
  }

  bool done(std::string_view answer) const {
    if (settings_.redis) return answer == "+OK\r\n";
    return answer.starts_with("HTTP/1.1 200") || answer.starts_with("HTTP/1.1 201");
  }

private:
  std::string head(const char* method, const std::string& id) const {
    return std::string(method) + " /api/v1/greetings/" + id + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
           settings_.token + "\r\n";
  }

  static std::string command(const std::vector<std::string>& words) {
    std::string out = "*" + std::to_string(words.size()) + "\r\n";
    for (const std::string& word : words) out += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    return out;
  }

  const Settings& settings_;
};

struct Connection {
  int fd = -1;
  std::size_t turn = 0;        // greetings it has written
  std::string id, description; // of the write it waits for
  std::string stored_id, stored_description;
  Time begin;
  bool waiting = false;
  std::string in;
};

class Load {
public:
  explicit Load(const Settings& settings) : settings_(settings), wire_(settings), connections_(settings.connections) {
    for (std::size_t i = 0; i < connections_.size(); ++i) open(i);
  }

  void run() {
    start_ = Clock::now();
    until_ =
        start_ + (settings_.mode == Mode::fill
                      ? Clock::duration(fill_limit)
                      : std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(settings_.seconds)));
    for (std::size_t i = 0; i < connections_.size(); ++i) send_next(i);
    std::array<epoll_event, 256> events{};
    while (waiting_ > 0 && Clock::now() < until_ + patience) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < count; ++i) receive(events[static_cast<std::size_t>(i)].data.u64);
    }
    end_ = std::min(Clock::now(), until_);
    if (waiting_ > 0) errors_["no answer"] += waiting_;
    for (std::size_t i = 0; i < connections_.size(); ++i) read_back(i);
  }

  void print() {
    std::sort(latencies_.begin(), latencies_.end());
    std::cout << "{\"requests\": " << latencies_.size()
              << ", \"microseconds\": " << std::chrono::duration<double, std::micro>(end_ - start_).count()
              << ", \"p50_us\": " << percentile(latencies_, 0.5) << ", \"p99_us\": " << percentile(latencies_, 0.99)
              << ", \"p999_us\": " << percentile(latencies_, 0.999) << ", \"errors\": {";
    const char* separator = "";
    for (const auto& [kind, count] : errors_) {
      std::cout << separator << '"' << kind << "\": " << count;
      separator = ", ";
    }
    std::cout << "}}\n";
  }

private:
  void open(std::size_t which) {
    Connection& connection = connections_[which];
    connection.fd = connect_to(settings_.port);
    if (connection.fd < 0) fail(std::string("connect: ") + std::strerror(errno));
    const timeval limit{5, 0};
    setsockopt(connection.fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (const std::string hello = wire_.hello(); !hello.empty() && !wire_.done(ask(connection.fd, hello)))
      fail("the password was refused");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = which;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event) != 0) fail("epoll_ctl");
  }

  // One request and its answer, waited for. Empty: none came.
  std::string ask(int fd, const std::string& request) const {
    if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) return {};
    std::string in;
    std::array<char, 4096> piece{};
    while (wire_.answer_size(in) == 0) {
      const ssize_t received = recv(fd, piece.data(), piece.size(), 0);
      if (received <= 0) return {};
      in.append(piece.data(), static_cast<std::size_t>(received));
    }
    return in;
  }

  // Every connection has greetings of its own: the table's are dealt out in turn.
  void send_next(std::size_t which) {
    Connection& connection = connections_[which];
    std::size_t number = which + connection.turn * connections_.size();
    if (settings_.mode == Mode::fill && number >= table_size) return;
    if (settings_.mode == Mode::create && number >= most_new) return;
    if (settings_.mode == Mode::replace && number >= table_size) number = which, connection.turn = 0;
    ++connection.turn;
    connection.id = (settings_.mode == Mode::create ? "new-" : "greeting-") + padded(number);
    connection.description = "change " + padded(++changes_) + run_;
    connection.waiting = true;
    ++waiting_;
    const std::string request = wire_.write(connection.id, greeting_json(number, connection.description));
    connection.begin = Clock::now();
    if (send(connection.fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) restart(which);
  }

  void receive(std::size_t which) {
    Connection& connection = connections_[which];
    std::array<char, 4096> in{};
    const ssize_t received = recv(connection.fd, in.data(), in.size(), MSG_DONTWAIT);
    if (received < 0 && errno == EAGAIN) return;
    if (received <= 0) return restart(which);
    connection.in.append(in.data(), static_cast<std::size_t>(received));
    const std::size_t size = wire_.answer_size(connection.in);
    if (size == 0) return;
    answered(connection, std::string_view(connection.in).substr(0, size));
    connection.in.erase(0, size);
    if (Clock::now() < until_) send_next(which);
  }

  void answered(Connection& connection, std::string_view answer) {
    const Time now = Clock::now();
    if (connection.waiting) --waiting_;
    connection.waiting = false;
    if (!wire_.done(answer)) {
      ++errors_[std::string(settings_.redis ? answer.substr(0, 4) : answer.substr(0, 12))];
      return;
    }
    connection.stored_id = connection.id;
    connection.stored_description = connection.description;
    if (now <= until_) latencies_.push_back(now - connection.begin);
  }

  // A server may end a connection that has nothing to write; ended within a request, that request has failed.
  void restart(std::size_t which) {
    Connection& connection = connections_[which];
    if (connection.waiting) {
      --waiting_;
      ++errors_["connection ended"];
    }
    connection.waiting = false;
    connection.in.clear();
    close(connection.fd);
    open(which);
    if (Clock::now() < until_) send_next(which);
  }

  void read_back(std::size_t which) {
    const Connection& connection = connections_[which];
    if (connection.stored_id.empty() || connection.waiting) return;
    std::string answer = ask(connection.fd, wire_.read(connection.stored_id));
    if (answer.empty()) {
      restart(which);
      answer = ask(connection.fd, wire_.read(connection.stored_id));
    }
    if (answer.find(connection.stored_description) == answer.npos) ++errors_["not stored"];
  }

  const Settings& settings_;
  Wire wire_;
  Time start_, until_, end_;
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::size_t waiting_ = 0;
  std::size_t changes_ = 0;
  // No other run's changes are the same: what is there already needn't be written.
  const std::string run_ = " of " + std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
  std::vector<Connection> connections_;
  std::vector<std::chrono::nanoseconds> latencies_;
  std::map<std::string, std::size_t> errors_;
};

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::map<std::string, Mode> modes{{"fill", Mode::fill}, {"replace", Mode::replace}, {"create", Mode::create}};
  if (words.size() != 6 || !modes.contains(words[5]))
    return std::cerr << "usage: writes http|redis PORT SECONDS CONNECTIONS TOKEN fill|replace|create\n", 2;
  const Settings settings{words[0] == "redis",
                          static_cast<std::uint16_t>(std::atoi(words[1].c_str())),
                          std::atof(words[2].c_str()),
                          static_cast<std::size_t>(std::atoi(words[3].c_str())),
                          words[4],
                          modes.at(words[5])};
  Load load(settings);
  load.run();
  load.print();
}
