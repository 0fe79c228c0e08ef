// Connections to the API server, and what is asked on them.
#pragma once
#include "kube/client.hpp"
#include "kube/http.hpp"
#include "kube/token.hpp"
#include "net/interrupt.hpp"

#include <map>
#include <mutex>

namespace greeter::kube {

inline constexpr auto json_type = "application/json";

struct Request {
  std::string_view method;
  std::string target;
  std::string body, content_type; // empty: none
  std::string accept = json_type;
  // What it does, done twice, is the same as done once. Else it is sent again only where it certainly did not arrive.
  bool is_repeatable = true;

  bool is_change() const { return method != "GET"; }
  std::string name() const; // for messages
};

std::string with_query(const std::string& path, const std::string& query);
// The target of a list or a watch, and what to accept: `kind` is that of the answer where only metadata is wanted.
std::string target_of(const std::string& path, std::string query, const Selection& selection);
std::string accept_of(const std::string& kind, const Selection& selection);

// Thread-safe.
class Client::Connections {
public:
  explicit Connections(Access access);

  const Access& access() const { return access_; }

  // The body of a 2xx, or that as an object. Tried again as Client says, all within the access' timeout.
  Result<std::string> ask(const Request& request, const Interrupt& stop = {});
  Result<Json> ask_object(const Request& request);

  // The same, but its body is still to be read.
  Result<Http> open(const Request& request, const Interrupt& stop);

  std::mutex mutex;                       // of what follows
  std::map<std::string, Json> discovered; // by apiVersion

private:
  template <class T> struct Outcome {
    Result<T> result;
    bool again = false;
    std::chrono::milliseconds after{0};
  };
  struct Idle {
    Http http;
    Clock::time_point since;
  };

  template <class T, class Attempt> Result<T> insist(const Request& request, const Interrupt& stop, Attempt attempt);
  Outcome<Http> begin(const Request& request, const Interrupt& stop, Deadline deadline);
  Outcome<std::string> whole(const Request& request, const Interrupt& stop, Deadline deadline);
  template <class T> static Outcome<T> lost(const Request& request, const Error& error);
  Outcome<Http> refused(const Request& request, const Head& head, const std::string& body, const std::string& token);
  std::optional<Http> take_idle();
  void keep(Http http);
  Result<Http> connect(int interrupt, Deadline deadline);
  std::string bytes_of(const Request& request, const std::string& token) const;

  const Access access_;
  Endpoint server_;
  std::string host_, prefix_;  // Host field; path before all others
  std::optional<Error> fault_; // why nothing can be asked at all
  std::optional<Tls> tls_;
  Token token_;
  std::vector<Idle> idle_;
};

} // namespace greeter::kube
