// What the resources of the API work with. Each is a function that makes a response, on one of the API's threads.
#pragma once
#include "config/settings.hpp"
#include "http/api/events.hpp"
#include "http/api/request.hpp"
#include "http/board.hpp"
#include "http/metrics.hpp"
#include "http/visits.hpp"

namespace greeter::api {

// All of it outlives the API.
struct Context {
  const Settings& settings;
  const Board& board;
  Store* store;          // null: read only
  VisitRecorder* visits; // null where there is no store
  EventHub& events;
  StoreMetrics& counts;
};

// GET of everything but Resource::events.
Response read(const Context& context, const Request& request);

// A greeting as the body and the ETag.
Response greeting_response(int status, const Greeting& greeting);
std::string etag_of(const Greeting& greeting);

Response list(const Context& context, const Request& request);
Response export_all(const Context& context, const Request& request);
Response preview(const Context& context, const Request& request);
Response timeline(const Context& context, const Request& request);

// `trouble`: why the store can't be asked now.
Response visits(const Context& context, const Request& request, const std::optional<Error>& trouble);

// What a request wants to have written: a response already, or writes and what to make of their results.
struct Plan {
  std::optional<Response> response;
  std::vector<Write> writes = {};
  std::function<Response(std::span<const Result<Change>>)> finish = {}; // of writes that all succeeded
};

// `created`: greetings of this customer that are about to be created, besides those that are stored.
Plan plan(const Context& context, const Request& request, std::size_t& created);
Plan plan_import(const Context& context, const Request& request, std::size_t& created);

} // namespace greeter::api
