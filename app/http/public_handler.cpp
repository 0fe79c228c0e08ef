#include "http/public_handler.hpp"

#include "base/text.hpp"

namespace greeter {

namespace {

bool is_for_greeting(const Frame& frame) {
  return (frame.method == "GET" || frame.method == "HEAD") && (frame.target == "/" || frame.target.starts_with("/?"));
}

} // namespace

PublicHandler::PublicHandler(const Published<Site>& site, Log& log, std::chrono::milliseconds idle_timeout,
                             unsigned worker)
    : site_(site), access_log_(log), router_(log, idle_timeout), worker_(worker) {
  router_.get("/", [this](const Request& request) { return nobody(request.host); });
  router_.get("/health", [](const Request&) { return Response{.body = R"({"status":"ok"})"}; });
}

Response PublicHandler::nobody(std::string_view host) {
  const auto& only = site_.get().greeter.only();
  return problem(404, only.empty() ? "No customer has the host " + in_quotes(host) + "."
                                   : "There is no customer named " + in_quotes(only) + ".");
}

// The one request that this program exists for takes the bytes that lie ready; everything else goes to the router.
int PublicHandler::respond(const Exchange& exchange, std::string& out) {
  const auto& frame = exchange.frame;
  if (!is_for_greeting(frame)) return router_.answer(exchange, out);
  const auto& site = site_.get();
  const auto customer = site.greeter.customer_at(frame.host);
  if (!customer) return router_.answer(exchange, out);
  const auto& page = site.pages[*customer];
  const auto& response = exchange.close ? page.close : page.keep;
  const bool head = frame.method == "HEAD";
  out.append(response.bytes, 0, head ? response.head_size : std::string::npos);
  if (!head) page.count->add(worker_);
  return 200;
}

int PublicHandler::answer(const Exchange& exchange, std::string& out) {
  if (!access_log_.enabled()) return respond(exchange, out);
  const auto start = Clock::now();
  const auto before = out.size();
  const int status = respond(exchange, out);
  const auto& greeter = site_.get().greeter;
  const auto customer = greeter.customer_at(exchange.frame.host);
  access_log_.record(exchange, customer ? greeter.customers()[*customer].id : "", status, out.size() - before,
                     Clock::now() - start);
  return status;
}

void PublicHandler::refused(std::string_view peer, int status) {
  if (access_log_.enabled()) access_log_.record_refusal(peer, status);
}

} // namespace greeter
