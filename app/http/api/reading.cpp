// What is there, one by one or as a whole.
#include "base/text.hpp"
#include "base/version.hpp"
#include "greeting/greeting_json.hpp"
#include "http/api/context.hpp"
#include "http/conditional.hpp"

#include <fmt/format.h>

namespace greeter::api {

namespace {

constexpr auto no_store = "Cache-Control: no-store\r\n";

Response one(const Context& context, const Request& request) {
  const Query query(request.frame.query);
  if (auto refused = query.refusal("")) return std::move(*refused);
  const auto greeting = context.board.greeting(request.customer().id, request.target.id);
  if (!greeting) return problem(404, fmt::format("There is no greeting {}.", in_quotes(request.target.id)));
  switch (precondition(request.frame.headers, etag_of(*greeting))) {
  case Precondition::failed: return problem(412);
  case Precondition::not_modified: return {304, "", "", fmt::format("{}ETag: {}\r\n", no_store, etag_of(*greeting))};
  case Precondition::holds: break;
  }
  return greeting_response(200, *greeting);
}

Response whoami(const Context& context, const Request& request) {
  const Query query(request.frame.query);
  if (auto refused = query.refusal("")) return std::move(*refused);
  const nlohmann::ordered_json body{{"role", request.role == Role::editor ? "editor" : "reader"},
                                    {"read_only", context.store == nullptr},
                                    {"customer", {{"id", request.customer().id}, {"name", request.customer().name}}},
                                    {"version", GREETER_VERSION}};
  return {.body = body.dump() + "\n", .fields = no_store};
}

// What a stream of events would begin with: HEAD has no more.
Response events_head(const Request& request) {
  Query query(request.frame.query);
  (void)query.take("after");
  if (auto refused = query.refusal("after")) return std::move(*refused);
  return {.content_type = "text/event-stream", .fields = no_store};
}

} // namespace

std::string etag_of(const Greeting& greeting) { return fmt::format("\"{}\"", greeting.revision); }

Response greeting_response(int status, const Greeting& greeting) {
  return {.status = status,
          .body = to_json(greeting).dump() + "\n",
          .fields = fmt::format("{}ETag: {}\r\n", no_store, etag_of(greeting))};
}

Response export_all(const Context& context, const Request& request) {
  constexpr std::size_t most_bytes = 8'388'608;
  const Query query(request.frame.query);
  if (auto refused = query.refusal("")) return std::move(*refused);
  std::string lines;
  for (const auto& greeting : context.board.greetings(request.customer().id)) {
    if (greeting->origin == Origin::store) lines += to_json(*greeting).dump() + "\n";
    if (lines.size() > most_bytes)
      return problem(413, "All greetings together are more than 8 MiB: read them page by page at /api/v1/greetings.");
  }
  return {.content_type = "application/x-ndjson", .body = std::move(lines), .fields = no_store};
}

Response read(const Context& context, const Request& request) {
  // What is not known yet is not missing.
  if (context.store && !context.store->status().loaded && request.target.resource != Resource::whoami)
    return problem(503, "The store could not be read yet.");
  switch (request.target.resource) {
  case Resource::greetings: return list(context, request);
  case Resource::greeting: return one(context, request);
  case Resource::export_all: return export_all(context, request);
  case Resource::preview: return preview(context, request);
  case Resource::timeline: return timeline(context, request);
  case Resource::whoami: return whoami(context, request);
  case Resource::events: return events_head(request);
  default: return problem(404);
  }
}

} // namespace greeter::api
