#include "http/api/api.hpp"

#include <fmt/format.h>

namespace greeter::api {

namespace {

constexpr auto challenge = "WWW-Authenticate: Bearer realm=\"greeter\"{}\r\n";

Response unauthorized(bool wrong) {
  auto response = problem(401, wrong ? "This token is not known here." : "");
  response.fields += fmt::format(challenge, wrong ? ", error=\"invalid_token\"" : "");
  return response;
}

} // namespace

Api::Api(const Context& context, Tokens tokens, Log& log)
    : context_(context), tokens_(std::make_shared<const Tokens>(std::move(tokens))), reads_(context, log),
      writes_(context, log) {
  if (context.visits) visits_ = std::make_unique<VisitLane>(context, log);
}

// What can be said without a look at the table.
std::variant<Api::Admitted, Response> Api::admit(const Exchange& exchange) const {
  const auto& frame = exchange.frame;
  const auto authorization = field(frame.headers, "authorization").value_or("");
  const auto token = bearer_token(authorization);
  const auto role = tokens_.current()->role_of(token);
  if (!role) return unauthorized(!token.empty());
  auto target = target_of(frame.path);
  if (!target) return problem(404);
  if (!allows(target->resource, frame.method)) {
    auto response = problem(405);
    response.fields += fmt::format("Allow: {}\r\n", allowed(target->resource));
    return response;
  }
  if (!is_read(frame.method) && role != Role::editor)
    return problem(403, "A reader's token can't change anything: use an editor's.");
  if (!is_read(frame.method) && !context_.store)
    return problem(403, "This instance is read only: GREETER_STORE is none.");
  if (target->resource == Resource::visits && !visits_)
    return problem(404, "This instance keeps no count of visits: GREETER_STORE is none.");
  return Admitted{*role, std::move(*target)};
}

Lane& Api::lane_of(const Admitted& request, std::string_view method) {
  if (!is_read(method)) return writes_;
  if (request.target.resource == Resource::visits) return *visits_;
  return reads_;
}

int Api::answer(const Exchange& exchange, const std::shared_ptr<const Greeter>& greeter, std::size_t customer,
                std::string& out) {
  auto verdict = admit(exchange);
  const auto* const admitted = std::get_if<Admitted>(&verdict);
  auto* const lane = admitted ? &lane_of(*admitted, exchange.frame.method) : nullptr;
  if (lane && !lane->has_room(exchange.bytes.size()))
    verdict = problem(503, "Too many requests wait for the store: try again.");
  if (const auto* const refused = std::get_if<Response>(&verdict)) {
    append(*refused, exchange.frame.method, exchange.persistence, exchange.date, out);
    return refused->status;
  }
  auto& [role, target] = std::get<Admitted>(verdict);
  lane->submit(std::make_unique<Request>(exchange, std::move(target), greeter, customer, role));
  return Handler::deferred;
}

} // namespace greeter::api
