#include "http/public_handler.hpp"

#include "base/text.hpp"
#include "http/conditional.hpp"

namespace greeter {

namespace {

bool is_for_greeting(const Frame& frame) {
  return (frame.method == "GET" || frame.method == "HEAD") && frame.path == "/";
}

} // namespace

PublicHandler::PublicHandler(const Published<Site>& site, Log& log, const Router::KeepAlive& keep_alive,
                             unsigned worker)
    : site_(site), access_log_(log), router_(log, keep_alive), worker_(worker) {
  router_.get("/", [this](const Request& request) { return without_greeting(request); });
  router_.get("/health", [](const Request&) { return Response{.body = R"({"status":"ok"})"}; });
}

// GET / where no greeting lies ready to be sent.
Response PublicHandler::without_greeting(const Request& request) {
  const auto& greeter = site_.get().greeter;
  if (greeter.customer_at(request.host)) return problem(412);
  return problem(404, greeter.only().empty() ? "No customer has the host " + in_quotes(request.host) + "."
                                             : "There is no customer named " + in_quotes(greeter.only()) + ".");
}

// The one request that this program exists for takes the bytes that lie ready; everything else goes to the router.
PublicHandler::Answered PublicHandler::respond(const Exchange& exchange, std::string& out) {
  const auto& frame = exchange.frame;
  const auto& site = site_.get();
  const auto customer = site.greeter.customer_at(frame.host);
  if (!customer || !is_for_greeting(frame)) return {router_.answer(exchange, out), customer};
  const auto& page = site.pages[*customer];
  const auto condition = frame.conditional ? precondition(frame.headers, page.etag) : Precondition::holds;
  if (condition == Precondition::failed) return {router_.answer(exchange, out), customer};
  const auto variant = static_cast<std::size_t>(exchange.persistence);
  if (condition == Precondition::not_modified) {
    page.not_modified[variant].append_to(out, exchange.date);
    return {304, customer};
  }
  if (frame.method == "HEAD") page.greeting[variant].append_head_to(out, exchange.date);
  else {
    page.greeting[variant].append_to(out, exchange.date);
    page.count->add(worker_);
  }
  return {200, customer};
}

int PublicHandler::answer(const Exchange& exchange, std::string& out) {
  if (!access_log_.enabled()) return respond(exchange, out).status;
  const auto start = Clock::now();
  const auto before = out.size();
  const auto [status, customer] = respond(exchange, out);
  access_log_.record(exchange, customer ? site_.get().greeter.customers()[*customer].id : "", status,
                     out.size() - before, Clock::now() - start);
  return status;
}

void PublicHandler::refused(const Address& peer, int status) {
  if (access_log_.enabled()) access_log_.record_refusal(peer, status);
}

} // namespace greeter
