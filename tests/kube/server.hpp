// A server that answers just the bytes a test tells it to, over real sockets: it may cut, stall and lie.
#pragma once
#include "kube/client.hpp"
#include "net/interrupt.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace greeter::test {

using kube::Json;

struct Asked {
  std::string method, target, head, body;
  bool has(std::string_view line) const; // a whole line of the head
};

// The server's end of a connection.
class Wire {
public:
  Wire(Fd socket, ssl_ctx_st* tls, const Interrupt& end);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  bool shake_hands();
  bool receive(Asked& asked);        // false: the client has gone
  bool send(std::string_view bytes); // false: the client has gone
  void close();                      // in order
  void reset();                      // so that the client sees an error
  void hold();                       // until the client or the test has gone
  void end() const;

private:
  bool more();

  Fd fd_;
  ssl_st* tls_ = nullptr;
  const Interrupt& end_;
  std::string in_;
};

class Server {
public:
  // Called for every request, each connection by a thread of its own.
  using Handler = std::function<void(const Asked&, Wire&)>;
  explicit Server(Handler handler, ssl_ctx_st* tls = nullptr);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const { return port_; }
  kube::Access access() const; // with time enough for everything but what stands still
  unsigned connections() const { return connections_; }
  std::vector<Asked> asked() const;
  bool wait_until_asked(std::size_t times) const; // 10 s at most
  bool wait_until_connected() const;

private:
  void listen();
  void serve(Wire& wire);

  const Handler handler_;
  ssl_ctx_st* const tls_;
  Fd listener_;
  std::uint16_t port_ = 0;
  Interrupt end_;
  std::atomic<unsigned> connections_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable happened_;
  std::vector<Asked> asked_;
  std::list<Wire> wires_;
  std::vector<std::jthread> threads_;
  std::jthread acceptor_;
};

// What is done with one request. The last of several is done with all that follow.
using Reaction = std::function<void(Wire&)>;
Server::Handler in_turn(std::vector<Reaction> reactions);
Reaction says(std::string bytes);
Reaction says_and_closes(std::string bytes);
Reaction says_and_resets(std::string bytes);
Reaction says_and_holds(std::string bytes);

// "HTTP/1.1 STATUS ...", with its length. `fields`: more header fields, each with its CR LF.
std::string answer(int status, const Json& body, std::string_view fields = "");
std::string answer_text(int status, std::string_view body, std::string_view fields = "");
Json status_object(int code, const std::string& message);

// Of a watch: the head of its answer, and pieces of its body.
extern const std::string watch_head;
std::string chunk(std::string_view text);
Json object(const std::string& name, const std::string& version);
std::string event(const std::string& type, const Json& object);
std::string event(const std::string& type, const std::string& name, const std::string& version);

// What happened, in its order; whoever waits for something waits 10 s at most.
class Journal {
public:
  void add(std::string line);
  std::vector<std::string> lines() const;
  bool wait_for(const std::function<bool(const std::vector<std::string>&)>& condition) const;
  bool wait_for(const std::string& line) const;

private:
  mutable std::mutex mutex_;
  mutable std::condition_variable added_;
  std::vector<std::string> lines_;
};

} // namespace greeter::test
