#include "http/public_handler.hpp"

#include "base/text.hpp"

namespace greeter {

PublicHandler::PublicHandler(const Published<Site>& site, Log& log, std::chrono::milliseconds idle_timeout,
                             unsigned worker)
    : site_(site), access_log_(log), router_(log, idle_timeout), worker_(worker) {
  router_.get("/", [this](const Request& request) { return greeting(request); });
  router_.get("/health", [](const Request&) { return Response{.body = R"({"status":"ok"})"}; });
}

Response PublicHandler::greeting(const Request& request) {
  const auto& site = site_.get();
  const auto customer = site.greeter.customer_at(request.host);
  if (!customer)
    return problem(404, site.greeter.only().empty()
                            ? "No customer has the host " + in_quotes(request.host) + "."
                            : "There is no customer named " + in_quotes(site.greeter.only()) + ".");
  const auto& page = site.pages[*customer];
  if (request.method == "GET") page.count->add(worker_);
  return {.body = page.body};
}

int PublicHandler::answer(const Exchange& exchange, std::string& out) {
  if (!access_log_.enabled()) return router_.answer(exchange, out);
  const auto start = Clock::now();
  const auto before = out.size();
  const int status = router_.answer(exchange, out);
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
