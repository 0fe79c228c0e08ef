#include "http/api/lane.hpp"

#include "base/text.hpp"
#include "http/problem.hpp"

#include <iterator>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace greeter::api {

namespace {

constexpr std::size_t most_waiting = 4'096;
constexpr std::size_t most_waiting_bytes = 8'388'608;
constexpr auto longest_wait = std::chrono::seconds(5);
constexpr auto beat = std::chrono::seconds(15);
constexpr int most_attempts = 16;

} // namespace

Response store_failed(ErrorCode code, std::size_t done, std::size_t count) {
  if (code == ErrorCode::uncertain)
    return problem(503, "The store has not said whether it made the change: look, or repeat it.");
  if (done > 0)
    return problem(503,
                   fmt::format("The store can't write now; {} of {} were written: look, or repeat it.", done, count));
  return problem(503, "The store can't write now; nothing was changed.");
}

Lane::Lane(Context context, Log& log)
    : context_(context), log_(log), access_log_(log, context_.settings.trusted_proxies) {}

bool Lane::has_room(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  return !stopping_ && waiting_.size() < most_waiting && waiting_bytes_ + bytes <= most_waiting_bytes;
}

void Lane::submit(RequestPtr request) {
  {
    const std::lock_guard lock(mutex_);
    waiting_bytes_ += request->bytes.size();
    waiting_.push_back(std::move(request));
  }
  wake_.notify_one();
}

void Lane::start() {
  thread_ = std::thread([this] { run(); });
}

void Lane::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Lane::run() {
  for (;;) {
    std::vector<RequestPtr> requests;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, longest_wait, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_ && waiting_.empty()) return;
      requests = std::exchange(waiting_, {});
      waiting_bytes_ = 0;
    }
    try {
      if (!requests.empty()) handle(std::move(requests));
      idle();
    } catch (const std::exception& e) { // out of memory: whoever has no answer gets 503 when its time is up
      log_.error("requests failed", {{"reason", std::string_view(e.what())}});
    }
  }
}

void Lane::answer(const Request& request, const Response& response) {
  std::string bytes;
  const auto date = dates_.date(Clock::now());
  append(response, request.frame.method, request.persistence, date, bytes);
  add_fields(bytes, 0, request_id_field(request.ids));
  if (access_log_.enabled())
    access_log_.record({request.frame, request.bytes, request.peer, request.persistence, date, nullptr, request.ids},
                       request.customer().id, response.status, bytes.size(), Clock::now() - request.since);
  request.reply.send(std::move(bytes), response.status);
}

void ReadLane::handle(std::vector<RequestPtr> requests) {
  for (const auto& request : requests)
    if (request->target.resource == Resource::events && request->frame.method == "GET") open_stream(*request);
    else answer(*request, read(context_, *request));
}

void ReadLane::open_stream(const Request& request) {
  Query query(request.frame.query);
  auto after = query.take("after");
  const auto last_id = field(request.frame.headers, "last-event-id");
  if (last_id) after = last_id;
  const auto sequence = after ? parse_number(*after) : std::nullopt;
  if (after && !sequence) query.fault(last_id ? "Last-Event-ID" : "after", *after, "use the id of an event");
  if (const auto refused = query.refusal("after")) return answer(request, *refused);
  std::string head;
  ReadyResponse(200, "Content-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n", "",
                Persistence::ends)
      .append_to(head, dates_.date(Clock::now()));
  add_fields(head, 0, request_id_field(request.ids));
  if (!context_.events.attach(request.customer().id, sequence, context_.store, std::move(head), request.reply))
    answer(request, problem(503, fmt::format("There are {} streams of events, as many as GREETER_MAX_STREAMS allows.",
                                             context_.settings.max_streams)));
}

void ReadLane::idle() {
  const auto time = Clock::now();
  if (time < next_beat_ || context_.events.streams() == 0) return;
  next_beat_ = time + beat;
  context_.events.beat();
}

void VisitLane::handle(std::vector<RequestPtr> requests) {
  const auto trouble = context_.visits->record_unless_away();
  for (const auto& request : requests) answer(*request, visits(context_, *request, trouble));
}

// A write that found something else than its plan expected is planned again, on what is there now.
void WriteLane::handle(std::vector<RequestPtr> requests) {
  for (int attempt = 0; attempt < most_attempts && !requests.empty(); ++attempt) requests = write(std::move(requests));
  for (const auto& request : requests)
    answer(*request, problem(503, "Others change the same greeting all the time: try again."));
}

// Returns the requests that have to be planned again.
std::vector<RequestPtr> WriteLane::write(std::vector<RequestPtr> requests) {
  std::vector<Planned> planned;
  std::vector<Write> writes;
  std::map<std::string, std::size_t> created; // by customer
  for (auto& request : requests) {
    auto made = plan(context_, *request, created[request->customer().id]);
    if (made.response) {
      answer(*request, *made.response);
      continue;
    }
    const auto first = writes.size();
    std::move(made.writes.begin(), made.writes.end(), std::back_inserter(writes));
    planned.push_back({std::move(request), std::move(made), first, writes.size() - first});
  }
  if (writes.empty()) return {};
  const auto results = context_.store->write(writes);
  std::vector<RequestPtr> again;
  for (auto& one : planned) {
    const auto own = std::span(results).subspan(one.first, one.count);
    if (!settle(one, own)) again.push_back(std::move(one.request));
  }
  return again;
}

// False: has to be planned again.
bool WriteLane::settle(const Planned& planned, std::span<const Result<Change>> results) {
  const Error* refusal = nullptr;
  std::size_t done = 0;
  for (const auto& result : results) {
    if (result) {
      ++done;
      if (result.value().kind == Write::Kind::put) context_.counts.puts.add();
      if (result.value().kind == Write::Kind::erase) context_.counts.erases.add();
      continue;
    }
    const auto& error = result.error();
    if (error.code == ErrorCode::conflict || error.code == ErrorCode::not_found) return false;
    if (error.code == ErrorCode::refused) {
      refusal = &error;
      continue;
    }
    context_.counts.failures.add();
    log_.error("a write failed", {{"reason", std::string_view(error.message)},
                                  {"request_id", std::string_view(planned.request->ids.request)},
                                  {"trace_id", std::string_view(planned.request->ids.trace)}});
    answer(*planned.request, store_failed(error.code, done, results.size()));
    return true;
  }
  if (!refusal) answer(*planned.request, planned.plan.finish(results));
  else
    answer(
        *planned.request,
        problem(status_of(refusal->code),
                fmt::format("The store refuses it: {}{}", refusal->message,
                            results.size() == 1 ? "" : fmt::format(" ({} of {} were written)", done, results.size()))));
  return true;
}

} // namespace greeter::api
