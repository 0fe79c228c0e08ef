#include "http/fetch.hpp"

#include "base/text.hpp"
#include "net/url.hpp"

#include <fmt/format.h>
#include <httplib.h>

#include <csignal>

#include <pthread.h>

namespace greeter {

namespace {

constexpr std::size_t most_body = std::size_t{64} << 20U;

// A server may close while we send. That is an error to report, not the end of the process.
class WithoutSigpipe {
public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
  ~WithoutSigpipe() {
    const timespec at_once{};
    while (::sigtimedwait(&pipe_, nullptr, &at_once) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

private:
  sigset_t pipe_{}, before_{};
};

std::string reason(httplib::Error error, const FetchRequest& request) {
  switch (error) {
  case httplib::Error::Connection: return "nobody answers there";
  case httplib::Error::SSLConnection: return "it does not speak TLS, or none that is safe";
  case httplib::Error::SSLLoadingCerts: return fmt::format("{} holds no certificates of authorities", request.ca_file);
  case httplib::Error::SSLServerVerification:
    return fmt::format("its certificate is not for this name, out of date, or from nobody in {}", request.ca_file);
  case httplib::Error::Read: return "the answer broke off or did not come in time";
  case httplib::Error::Write: return "the connection broke off";
  default: return httplib::to_string(error);
  }
}

httplib::Request to_httplib(const FetchRequest& request, const Url& url) {
  httplib::Request out;
  out.method = request.method;
  out.path = url.target;
  out.body = request.body;
  out.set_header("Host", host_field(url, url.host));
  out.set_header("Accept-Encoding", "identity");
  for (const auto& [name, value] : request.headers) {
    out.headers.erase(name);
    out.set_header(name, value);
  }
  return out;
}

Fetched to_fetched(const httplib::Response& response) {
  Fetched fetched;
  fetched.status = response.status;
  for (const auto& [name, value] : response.headers) fetched.headers[to_lower(name)] = value;
  fetched.body = response.body;
  return fetched;
}

void prepare(httplib::Client& client, const FetchRequest& request, const Url& url) {
  client.set_connection_timeout(request.connect_timeout);
  client.set_read_timeout(request.read_timeout);
  client.set_write_timeout(request.read_timeout);
  client.set_url_encode(false); // it is encoded already
  if (url.tls) client.set_ca_cert_path(request.ca_file);
  client.enable_server_certificate_verification(true);
}

Result<Fetched> run(const FetchRequest& request, const FetchSink* sink) {
  const auto url = parse_url(request.url);
  if (!url) return url.error();
  httplib::Client client(origin_of(url.value()));
  if (!client.is_valid()) return Error{ErrorCode::invalid, request.url + " can't be asked"};
  prepare(client, request, url.value());
  auto asked = to_httplib(request, url.value());
  std::string body;
  int status = 0;
  bool enough = false;
  asked.response_handler = [&](const httplib::Response& response) {
    status = response.status;
    return true;
  };
  asked.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    if (sink && status == 200) return !(enough = !(*sink)({data, size}));
    if (body.size() + size > most_body) return false;
    body.append(data, size);
    return true;
  };
  httplib::Response response;
  auto error = httplib::Error::Success;
  const WithoutSigpipe guard;
  if (!client.send(asked, response, error) && !enough)
    return Error{ErrorCode::unavailable, fmt::format("{} does not answer: {}", request.url, reason(error, request))};
  response.body = std::move(body);
  return to_fetched(response);
}

} // namespace

std::string Fetched::header(const std::string& name) const {
  const auto found = headers.find(to_lower(name));
  return found == headers.end() ? std::string() : found->second;
}

Result<Fetched> fetch(const FetchRequest& request) { return run(request, nullptr); }

Result<Fetched> fetch(const FetchRequest& request, const FetchSink& sink) { return run(request, &sink); }

Result<Fetched> fetch(const std::string& url, std::chrono::seconds timeout) {
  FetchRequest request;
  request.url = url;
  request.connect_timeout = request.read_timeout = timeout;
  return fetch(request);
}

} // namespace greeter
