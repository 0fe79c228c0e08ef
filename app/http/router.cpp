#include "http/router.hpp"

#include "base/text.hpp"
#include "http/problem.hpp"

#include <fmt/format.h>
#include <httplib.h>

#include <array>
#include <map>

namespace greeter {

namespace {

// One request in, one response out; never touches a socket. The members that only some versions of httplib declare
// are why none says `override`. NOLINTBEGIN(modernize-use-override,readability-convert-member-functions-to-static)
class MemoryStream final : public httplib::Stream {
public:
  MemoryStream(std::string_view in, std::string& out) : in_(in), out_(out) {}

  ssize_t read(char* data, size_t size) {
    size = std::min(size, in_.size());
    in_.copy(data, size);
    in_.remove_prefix(size);
    return static_cast<ssize_t>(size);
  }
  ssize_t write(const char* data, size_t size) {
    out_.append(data, size);
    return static_cast<ssize_t>(size);
  }
  bool is_readable() const { return true; }
  bool is_writable() const { return true; }
  bool wait_readable() const { return true; }
  bool wait_writable() const { return true; }
  time_t duration() const { return 0; }
  void get_remote_ip_and_port(std::string&, int&) const {}
  void get_local_ip_and_port(std::string&, int&) const {}
  socket_t socket() const { return INVALID_SOCKET; } // 0.11 answers 500 to descriptors from FD_SETSIZE up

private:
  std::string_view in_;
  std::string& out_;
};
// NOLINTEND(modernize-use-override,readability-convert-member-functions-to-static)

// What httplib would act on, and must not: ranges of a greeting, compression, bodies that no resource takes.
bool is_for_httplib(std::string_view name) {
  static constexpr std::array<std::string_view, 6> dropped{
      "range", "expect", "accept-encoding", "content-length", "transfer-encoding", "content-encoding"};
  return std::none_of(dropped.begin(), dropped.end(), [&](std::string_view d) { return iequals(name, d); });
}

// The head with the target in origin-form and without the fields above. HEAD becomes GET, so that its response has the
// very fields of GET's; its body is cut off later.
std::string head_of(const Frame& frame) {
  std::string head;
  head.append(frame.method == "HEAD" ? "GET" : frame.method)
      .append(" ")
      .append(frame.path)
      .append(frame.query)
      .append(" HTTP/1.1\r\n");
  for (auto headers = frame.headers; !headers.empty();)
    if (const auto [name, value] = next_header(headers); is_for_httplib(name))
      head.append(name).append(": ").append(value).append("\r\n");
  return head.append("\r\n");
}

int status_in(std::string_view response) {
  return static_cast<int>(parse_number(response.substr(std::min<std::size_t>(9, response.size()), 3)).value_or(500));
}

} // namespace

class Router::Httplib final : public httplib::Server {
public:
  Httplib(Log& log, const KeepAlive& keep_alive) {
    set_keep_alive_timeout(std::chrono::duration_cast<std::chrono::seconds>(keep_alive.idle_timeout)
                               .count()); // only told: the engine keeps it
    set_keep_alive_max_count(keep_alive.requests);
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      route(request, response);
      return HandlerResponse::Handled;
    });
    set_error_handler([](const httplib::Request&, httplib::Response& response) {
      if (response.body.empty()) response.set_content(problem_body(response.status), problem_type);
    });
    set_exception_handler([this, &log](const httplib::Request&, httplib::Response& response, auto&& thrown) {
      response.status = 500;
      std::string reason;
      try {
        std::rethrow_exception(thrown);
      } catch (const std::exception& e) {
        reason = e.what();
      } catch (...) { // no library here throws anything else
        reason = "unknown";
      }
      const auto& ids = exchange->ids();
      log.error("a request failed", {{"reason", std::string_view(reason)},
                                     {"request_id", std::string_view(ids.request)},
                                     {"trace_id", std::string_view(ids.trace)}});
    });
  }

  // 0.18 added the addresses.
  template <class Self> static void process(Self& self, httplib::Stream& stream, bool close) {
    bool closed = false;
    if constexpr (requires { self.process_request(stream, close, closed, nullptr); })
      self.process_request(stream, close, closed, nullptr);
    else self.process_request(stream, {}, 0, {}, 0, close, closed, nullptr);
  }

  std::map<std::string, Resource, std::less<>> resources;
  const Exchange* exchange = nullptr; // in hand

private:
  static Response not_allowed(httplib::Response& response) {
    response.set_header("Allow", "GET, HEAD");
    return problem(405);
  }

  void route(const httplib::Request& request, httplib::Response& response) {
    const auto [method, host] = std::pair(exchange->frame.method, exchange->frame.host);
    const auto found = resources.find(request.path);
    Response made;
    if (found == resources.end()) made = request.path == "*" ? not_allowed(response) : problem(404); // "OPTIONS *"
    else if (method == "GET" || method == "HEAD") made = found->second({method, request.path, host});
    else made = not_allowed(response);
    response.status = made.status;
    if (made.status == 503) response.set_header("Retry-After", "1");
    response.set_content(made.body, made.content_type);
  }
};

Router::Router(Log& log, const KeepAlive& keep_alive) : httplib_(std::make_unique<Httplib>(log, keep_alive)) {}
Router::~Router() = default;

void Router::get(std::string path, Resource resource) {
  httplib_->resources.emplace(std::move(path), std::move(resource));
}

int Router::answer(const Exchange& exchange, std::string& out) {
  const auto start = out.size();
  const auto head = head_of(exchange.frame);
  MemoryStream stream(head, out);
  httplib_->exchange = &exchange;
  Httplib::process(*httplib_, stream, exchange.persistence == Persistence::ends);
  if (exchange.frame.method == "HEAD")
    if (const auto body = out.find("\r\n\r\n", start); body != std::string::npos) out.resize(body + 4);
  std::string own = fmt::format("Date: {}\r\n", exchange.date); // httplib sends none, and knows only HTTP/1.1 here
  if (exchange.persistence == Persistence::stays_as_if) own += connection_field(exchange.persistence);
  add_fields(out, start, own);
  return status_in(std::string_view(out).substr(start));
}

} // namespace greeter
