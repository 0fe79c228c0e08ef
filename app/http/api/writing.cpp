// Creates, replaces, changes and deletes one greeting.
#include "base/text.hpp"
#include "greeting/greeting_json.hpp"
#include "http/api/context.hpp"
#include "http/conditional.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>

namespace greeter::api {

namespace {

constexpr std::array<std::string_view, 1> whole_types{"application/json"};
constexpr std::array<std::string_view, 2> patch_types{"application/merge-patch+json", "application/json"};
constexpr std::size_t longest_key = 128;

Plan answer(Response response) { return {.response = std::move(response)}; }

// What the request says of what it expects to be there (RFC 9110, 13); nothing: it may go on.
std::optional<Response> stopped(const Request& request, const Greeting* current) {
  const auto& headers = request.frame.headers;
  const bool named = field(headers, "if-match").has_value(); // what "not this one" means is anybody's guess
  if (!current) {
    if (!named) return {};
    return problem(412, fmt::format("There is no greeting {} that If-Match could name.", in_quotes(request.target.id)));
  }
  if (precondition(headers, etag_of(*current)) != Precondition::holds)
    return problem(412, fmt::format("The greeting {} has the ETag {} now.", in_quotes(current->id), etag_of(*current)),
                   {{"current_revision", current->revision}});
  if (named) return {};
  return problem(
      428, fmt::format("There is a greeting {} already: send If-Match with its ETag {}, or * for whatever is there.",
                       in_quotes(current->id), etag_of(*current)));
}

// The store knows nothing of what comes from the configuration.
std::uint64_t expected_revision(const GreetingPtr& current) {
  return current && current->origin == Origin::store ? current->revision : 0;
}

// A further greeting needs room.
std::optional<Response> no_room(const Context& context, const Request& request, const GreetingPtr& current,
                                std::size_t& created) {
  if (current && current->origin == Origin::store) return {};
  const auto most = context.settings.max_greetings;
  if (context.board.stored(request.customer().id) + created < most) return (++created, std::optional<Response>());
  return problem(
      409, fmt::format("There are {} greetings, as many as GREETER_MAX_GREETINGS allows: delete some first.", most));
}

// What is there already was perhaps seen before it was safe: the store has to vouch for it.
Plan confirm(const Request& request, const Greeting& current, Response response) {
  if (current.origin == Origin::configuration) return answer(std::move(response));
  Write write{Write::Kind::confirm, request.customer().id, {}, current.revision};
  write.greeting.id = current.id;
  return {.writes = {std::move(write)},
          .finish = [response = std::move(response)](std::span<const Result<Change>>) { return response; }};
}

Plan put(const Context& context, const Request& request, Greeting wanted, const GreetingPtr& current,
         std::size_t& created) {
  // Done already: the request is repeated, or it asks for what is there (RFC 9110, 13.1.1).
  if (current && same_content(*current, wanted)) return confirm(request, *current, greeting_response(200, *current));
  if (auto refused = stopped(request, current.get())) return answer(std::move(*refused));
  if (auto full = no_room(context, request, current, created)) return answer(std::move(*full));
  return {.writes = {{Write::Kind::put, request.customer().id, std::move(wanted), expected_revision(current)}},
          .finish = [fresh = !current](std::span<const Result<Change>> results) {
            const auto& greeting = results[0].value().greeting;
            auto response = greeting_response(fresh ? 201 : 200, greeting);
            if (fresh) response.fields += fmt::format("Location: /api/v1/greetings/{}\r\n", greeting.id);
            return response;
          }};
}

Plan replace(const Context& context, const Request& request, std::size_t& created) {
  int status = 0;
  const auto body = json_body(request, whole_types, status);
  if (!body) return answer(problem(status, body.error().message));
  auto read = read_greeting(body.value(), request.target.id);
  if (!read.faults.empty()) return answer(faults_problem(422, read.faults));
  return put(context, request, std::move(read.greeting),
             context.board.greeting(request.customer().id, request.target.id), created);
}

Plan patch(const Context& context, const Request& request, std::size_t& created) {
  int status = 0;
  const auto body = json_body(request, patch_types, status);
  if (!body) return answer(problem(status, body.error().message));
  const auto current = context.board.greeting(request.customer().id, request.target.id);
  if (!current) return answer(problem(404, fmt::format("There is no greeting {}.", in_quotes(request.target.id))));
  auto read = patch_greeting(*current, body.value());
  if (!read.faults.empty()) return answer(faults_problem(422, read.faults));
  return put(context, request, std::move(read.greeting), current, created);
}

Plan erase(const Context& context, const Request& request) {
  const auto& id = request.target.id;
  const auto current = context.board.greeting(request.customer().id, id);
  if (!current) {
    Greeting none;
    none.id = id;
    return confirm(request, none, problem(404, fmt::format("There is no greeting {}.", in_quotes(id))));
  }
  if (current->origin == Origin::configuration)
    return answer(problem(
        409, fmt::format("The greeting {} comes from the customer's file: PUT it with state retired to cover it.",
                         in_quotes(id))));
  if (auto refused = stopped(request, current.get())) return answer(std::move(*refused));
  Write write{Write::Kind::erase, request.customer().id, {}, current->revision};
  write.greeting.id = id;
  return {.writes = {std::move(write)}, .finish = [](std::span<const Result<Change>>) {
            return Response{.status = 204, .fields = "Cache-Control: no-store\r\n"};
          }};
}

// 100 random bits, as a DNS label.
std::string random_id() {
  constexpr std::string_view letters = "0123456789abcdefghjkmnpqrstvwxyz";
  std::random_device random;
  std::string id;
  while (id.size() < 20) id += letters[random() % letters.size()];
  return id;
}

// The same key makes the same id, so that a repeated request finds what the first one did.
std::string id_of(std::string_view key) {
  return fingerprint(key) + fingerprint(fmt::format("{}\n{}", key, key.size()));
}

Plan create(const Context& context, const Request& request, std::size_t& created) {
  int status = 0;
  auto body = json_body(request, whole_types, status);
  if (!body) return answer(problem(status, body.error().message));
  const auto key = field(request.frame.headers, "idempotency-key");
  if (key && (key->empty() || key->size() > longest_key ||
              !std::all_of(key->begin(), key->end(), [](char c) { return c > ' ' && c <= '~'; })))
    return answer(problem(
        400, fmt::format("The Idempotency-Key can't be used: send 1 to {} visible ASCII characters.", longest_key)));
  if (body.value().is_object() && body.value().value("id", nlohmann::json()).is_null())
    body.value()["id"] = key ? id_of(*key) : random_id();
  auto read = read_greeting(body.value(), "");
  if (!read.faults.empty()) return answer(faults_problem(422, read.faults));
  const auto current = context.board.greeting(request.customer().id, read.greeting.id);
  if (current && key && same_content(*current, read.greeting)) {
    auto response = greeting_response(201, *current);
    response.fields += fmt::format("Location: /api/v1/greetings/{}\r\n", current->id);
    return confirm(request, *current, std::move(response));
  }
  if (current)
    return answer(problem(
        409, key ? fmt::format(
                       "This Idempotency-Key has made the greeting {}, which says something else now: use another key.",
                       in_quotes(current->id))
                 : fmt::format("There is a greeting {} already: PUT it to replace it.", in_quotes(current->id))));
  return put(context, request, std::move(read.greeting), nullptr, created);
}

} // namespace

Plan plan(const Context& context, const Request& request, std::size_t& created) {
  const Query query(request.frame.query);
  if (request.target.resource == Resource::import) return plan_import(context, request, created);
  if (auto refused = query.refusal("")) return answer(std::move(*refused));
  if (request.frame.method == "POST") return create(context, request, created);
  if (request.frame.method == "PUT") return replace(context, request, created);
  if (request.frame.method == "PATCH") return patch(context, request, created);
  return erase(context, request);
}

} // namespace greeter::api
