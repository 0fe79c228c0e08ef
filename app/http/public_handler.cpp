#include "http/public_handler.hpp"

#include "base/text.hpp"
#include "http/accept.hpp"
#include "http/conditional.hpp"
#include "http/greeting_page.hpp"
#include "ui/assets.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace greeter {

namespace {

bool reads(const Frame& frame) { return frame.method == "GET" || frame.method == "HEAD"; }

// For whatever a browser shows: it is what it says it is, and nobody is told where its reader came from.
constexpr std::string_view page_fields = "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n";

// People are few: their page is made when they ask for it.
int greet_browser(const Exchange& exchange, const Customer& customer, const Offer& offer, std::string& out) {
  const auto& text = offer.greeting ? offer.greeting->text : customer.greeting;
  const std::string language = offer.greeting ? offer.greeting->language : std::string();
  Response response{.content_type = "text/html; charset=utf-8", .body = greeting_page(text, language, customer.name)};
  const auto etag = '"' + fingerprint(response.body) + '"';
  response.fields = fmt::format("{}{}ETag: {}\r\n", greeting_fields, page_fields, etag);
  if (!language.empty()) response.fields += fmt::format("Content-Language: {}\r\n", language);
  switch (exchange.frame.conditional ? precondition(exchange.frame.headers, etag) : Precondition::holds) {
  case Precondition::failed: response = problem(412); break;
  case Precondition::not_modified: response = {304, "", "", response.fields}; break;
  case Precondition::holds: response.fields += fmt::format("Content-Security-Policy: {}\r\n", greeting_page_policy());
  }
  append(response, exchange.frame.method, exchange.persistence, exchange.date, out);
  return response.status;
}

// The pages that come with the API; nothing: the path is none of theirs.
std::optional<Response> page(const Exchange& exchange) {
  const auto& frame = exchange.frame;
  const auto all = assets();
  const auto asset = std::find_if(all.begin(), all.end(), [&](const Asset& a) { return a.path == frame.path; });
  if (asset == all.end()) return {};
  if (!reads(frame)) {
    auto response = problem(405);
    response.fields = "Allow: GET, HEAD\r\n";
    return response;
  }
  const auto fields = fmt::format("Cache-Control: no-cache\r\nETag: {}\r\n{}", asset->etag, page_fields);
  switch (frame.conditional ? precondition(frame.headers, asset->etag) : Precondition::holds) {
  case Precondition::failed: return problem(412);
  case Precondition::not_modified: return Response{304, "", "", fields};
  case Precondition::holds: break;
  }
  Response response{200, std::string(asset->content_type), std::string(asset->body), fields};
  if (!asset->security_policy.empty())
    response.fields += fmt::format("Content-Security-Policy: {}\r\n", asset->security_policy);
  return response;
}

} // namespace

PublicHandler::PublicHandler(const Published<Site>& site, api::Api* api, const Settings& settings, Log& log,
                             unsigned worker)
    : site_(site), api_(api), access_log_(log, settings.trusted_proxies),
      router_(log, {settings.idle_timeout, settings.max_requests_per_connection}), worker_(worker) {
  router_.get("/", [this](const Request& request) { return without_greeting(request); });
  router_.get("/health", [](const Request&) { return Response{.body = R"({"status":"ok"})"}; });
}

// GET / where no greeting lies ready to be sent.
Response PublicHandler::without_greeting(const Request& request) {
  const auto& greeter = *site_.get().greeter;
  if (greeter.customer_at(request.host)) return problem(412);
  return problem(404, greeter.only().empty() ? "No customer has the host " + in_quotes(request.host) + "."
                                             : "There is no customer named " + in_quotes(greeter.only()) + ".");
}

// The one request that this program exists for takes the bytes that lie ready.
PublicHandler::Answered PublicHandler::respond(const Exchange& exchange, std::string& out) {
  const auto& frame = exchange.frame;
  const auto& site = site_.get();
  const auto customer = site.greeter->customer_at(frame.host);
  if (customer && frame.path == "/" && reads(frame)) return {greet(exchange, *customer, out), customer};
  if (api_ && frame.path.starts_with("/api/")) {
    if (customer) return {api_->answer(exchange, site.greeter, *customer, out), customer};
    append(without_greeting({frame.method, frame.path, frame.host}), frame.method, exchange.persistence, exchange.date,
           out);
    return {404, customer};
  }
  if (api_)
    if (const auto found = page(exchange)) {
      append(*found, frame.method, exchange.persistence, exchange.date, out);
      return {found->status, customer};
    }
  return {router_.answer(exchange, out), customer};
}

int PublicHandler::greet(const Exchange& exchange, std::size_t customer, std::string& out) {
  const auto& frame = exchange.frame;
  const auto& page = *site_.get().pages[customer];
  const Offer* offer = &page.offers[page.usual];
  if (frame.negotiates) {
    offer = &page.offer_for(field(frame.headers, "accept-language").value_or(""));
    if (prefers_html(field(frame.headers, "accept").value_or(""))) {
      const int status = greet_browser(exchange, site_.get().greeter->customers()[customer], *offer, out);
      if (status == 200 && frame.method == "GET") offer->count->add(worker_);
      return status;
    }
  }
  const auto condition = frame.conditional ? precondition(frame.headers, offer->etag) : Precondition::holds;
  if (condition == Precondition::failed) return router_.answer(exchange, out);
  const auto variant = static_cast<std::size_t>(exchange.persistence);
  if (condition == Precondition::not_modified) {
    offer->not_modified[variant].append_to(out, exchange.date);
    return 304;
  }
  if (frame.method == "HEAD") offer->whole[variant].append_head_to(out, exchange.date);
  else {
    offer->whole[variant].append_to(out, exchange.date);
    offer->count->add(worker_);
  }
  return 200;
}

int PublicHandler::answer(const Exchange& exchange, std::string& out) {
  const bool logs = access_log_.enabled();
  const auto since = logs ? Clock::now() : Clock::time_point();
  const auto start = out.size();
  const auto [status, customer] = respond(exchange, out);
  if (status == deferred) return status; // whoever answers it does the rest
  // To have an id for each response, and to tell it, costs more than to greet: whoever wants one sends one.
  if (exchange.frame.identified || status >= 400) add_fields(out, start, request_id_field(exchange.ids()));
  if (!logs) return status;
  access_log_.record(exchange, customer ? site_.get().greeter->customers()[*customer].id : "", status,
                     out.size() - start, Clock::now() - since);
  return status;
}

void PublicHandler::refused(const Address& peer, const RequestIds& ids, int status) {
  if (access_log_.enabled()) access_log_.record_refusal(peer, ids, status);
}

} // namespace greeter
