#include "kube/connections.hpp"

#include "base/text.hpp"
#include "base/version.hpp"
#include "kube/backoff.hpp"
#include "kube/errors.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

namespace greeter::kube {

namespace {

constexpr std::size_t most_body = std::size_t{64} << 20U, most_of_error = std::size_t{64} << 10U;
constexpr std::size_t most_idle = 8;
constexpr auto longest_idle = std::chrono::seconds(30); // what forgets connections on the way takes longer
constexpr unsigned most_attempts = 5;

// The whole body, or a little more than `most` of it.
std::optional<Error> read_body(Http& http, std::size_t most, std::string& body, Deadline deadline) {
  for (bool more = true; more && body.size() <= most;) {
    const auto got = http.read(body, deadline);
    if (!got) return got.error();
    more = got.value();
  }
  return {};
}

} // namespace

std::string Request::name() const { return fmt::format("{} {}", method, target.substr(0, target.find('?'))); }

std::string with_query(const std::string& path, const std::string& query) {
  return path + (path.find('?') == std::string::npos ? "?" : "&") + query;
}

std::string target_of(const std::string& path, std::string query, const Selection& selection) {
  if (!selection.labels.empty()) query += "&labelSelector=" + percent_encoded(selection.labels);
  return with_query(path, query);
}

std::string accept_of(const std::string& kind, const Selection& selection) {
  return selection.metadata_only ? fmt::format("application/json;as={};g=meta.k8s.io;v=v1", kind) : json_type;
}

Client::Connections::Connections(Access access)
    : access_(std::move(access)), token_(access_.token, access_.token_file) {
  const auto url = parse_url(access_.server);
  if (!url) {
    fault_ = url.error();
    return;
  }
  server_ = {.host = url.value().host, .port = url.value().port};
  host_ = host_field(url.value(), url.value().host);
  prefix_ = url.value().target;
  while (prefix_.ends_with('/')) prefix_.pop_back();
  if (!url.value().tls) {
    if (!is_loopback(url.value().host) && !(access_.token + access_.token_file).empty())
      fault_ =
          Error{ErrorCode::invalid, access_.server + " is plain http to another machine, where anybody could read the "
                                                     "token: use https"};
    return;
  }
  auto tls = Tls::of_pem(access_.ca, access_.certificate, access_.key);
  if (tls) tls_ = std::move(tls.value());
  else fault_ = tls.error();
}

Result<Http> Client::Connections::connect(int interrupt, Deadline deadline) {
  deadline = std::min(deadline, Clock::now() + access_.connect_timeout);
  auto stream = Stream::connect(server_, tls_ ? &*tls_ : nullptr, interrupt, deadline, access_.server_name);
  if (!stream) return stream.error();
  return Http(std::move(stream.value()));
}

std::optional<Http> Client::Connections::take_idle() {
  const std::lock_guard lock(mutex);
  std::optional<Http> taken;
  while (!taken && !idle_.empty()) { // the one used last is the likeliest to be there still
    if (Clock::now() - idle_.back().since < longest_idle && idle_.back().http.is_reusable())
      taken = std::move(idle_.back().http);
    idle_.pop_back();
  }
  return taken;
}

void Client::Connections::keep(Http http) {
  if (!http.is_reusable()) return;
  http.interrupt_by(-1);
  const std::lock_guard lock(mutex);
  if (idle_.size() < most_idle) idle_.push_back({.http = std::move(http), .since = Clock::now()});
}

std::string Client::Connections::bytes_of(const Request& request, const std::string& token) const {
  auto bytes = fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\nAccept: {}\r\nUser-Agent: greeter/{}\r\n", request.method,
                           prefix_, request.target, host_, request.accept, GREETER_VERSION);
  if (!token.empty()) bytes += fmt::format("Authorization: Bearer {}\r\n", token);
  if (!request.content_type.empty())
    bytes += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", request.content_type, request.body.size());
  return bytes + "\r\n" + request.body;
}

// No response, or one that makes no sense.
template <class T>
Client::Connections::Outcome<T> Client::Connections::lost(const Request& request, const Error& error) {
  const bool again = request.is_repeatable && error.code == ErrorCode::unavailable;
  if (!request.is_change()) return {.result = error, .again = again};
  return {.result = Error{ErrorCode::uncertain,
                          fmt::format("{}: nobody knows whether it was done: {}", request.name(), error.message)},
          .again = again};
}

Client::Connections::Outcome<Http> Client::Connections::refused(const Request& request, const Head& head,
                                                                const std::string& body, const std::string& token) {
  auto error = error_of(head.status, body, request.is_change(), request.name());
  for (std::size_t at = 0; !token.empty() && (at = error.message.find(token)) != std::string::npos;)
    error.message.replace(at, token.size(), "(token)");
  bool again = head.status == 429 || (head.status == 503 && head.retry_after);
  if (head.status == 401) again = token_.is_replaced(token);
  if (head.status >= 500 && request.is_repeatable) again = true;
  return {.result = error, .again = again, .after = head.retry_after.value_or(std::chrono::seconds(0))};
}

Client::Connections::Outcome<Http> Client::Connections::begin(const Request& request, const Interrupt& stop,
                                                              Deadline deadline) {
  const auto token = token_.get();
  if (!token) return {.result = token.error()};
  auto http = take_idle();
  if (!http) {
    auto connected = connect(stop.fd(), deadline);
    if (!connected) return {.result = connected.error(), .again = true};
    http = std::move(connected.value());
  }
  http->interrupt_by(stop.fd());
  const auto head = http->ask(bytes_of(request, token.value()), deadline);
  if (!head) return lost<Http>(request, head.error());
  if (head.value().status < 300) return {.result = std::move(*http)};
  std::string body;
  if (const auto error = read_body(*http, most_of_error, body, deadline)) return lost<Http>(request, *error);
  keep(std::move(*http));
  return refused(request, head.value(), body, token.value());
}

Client::Connections::Outcome<std::string> Client::Connections::whole(const Request& request, const Interrupt& stop,
                                                                     Deadline deadline) {
  auto begun = begin(request, stop, deadline);
  if (!begun.result) return {.result = begun.result.error(), .again = begun.again, .after = begun.after};
  auto& http = begun.result.value();
  std::string body;
  if (const auto error = read_body(http, most_body, body, deadline)) return lost<std::string>(request, *error);
  keep(std::move(http));
  if (body.size() > most_body)
    return lost<std::string>(request, {ErrorCode::internal, "the server's answer is larger than 64 MiB"});
  return {.result = std::move(body)};
}

template <class T, class Attempt>
Result<T> Client::Connections::insist(const Request& request, const Interrupt& stop, Attempt attempt) {
  if (fault_) return *fault_;
  const auto deadline = Clock::now() + access_.timeout;
  Backoff backoff(std::chrono::milliseconds(100), std::chrono::seconds(3));
  std::optional<Error> doubt; // an attempt that may have succeeded is not made undone by one that fails
  for (unsigned attempts = 1;; ++attempts) {
    auto outcome = attempt(request, stop, deadline);
    if (outcome.result) return std::move(outcome.result);
    const auto code = outcome.result.error().code;
    if (code == ErrorCode::uncertain) doubt = outcome.result.error();
    const auto pause = std::max(backoff.next(), outcome.after);
    const bool again = outcome.again && attempts < most_attempts && Clock::now() + pause < deadline;
    if (!again || stop.wait(pause)) return doubt && code == ErrorCode::unavailable ? *doubt : outcome.result.error();
  }
}

Result<std::string> Client::Connections::ask(const Request& request, const Interrupt& stop) {
  return insist<std::string>(request, stop, [this](const auto&... arguments) { return whole(arguments...); });
}

Result<Http> Client::Connections::open(const Request& request, const Interrupt& stop) {
  return insist<Http>(request, stop, [this](const auto&... arguments) { return begin(arguments...); });
}

Result<Json> Client::Connections::ask_object(const Request& request) {
  const auto body = ask(request);
  if (!body) return body.error();
  auto object = Json::parse(body.value(), nullptr, false);
  if (object.is_object()) return object;
  return Error{request.is_change() ? ErrorCode::uncertain : ErrorCode::internal,
               request.name() + ": the server's answer is no JSON object: is it a Kubernetes API?"};
}

} // namespace greeter::kube
