#include "operator/review_handler.hpp"

#include "http/problem.hpp"
#include "http/response.hpp"

#include <algorithm>
#include <exception>

namespace greeter::webhook {

void ReviewMetrics::count(const Verdict& verdict, std::chrono::nanoseconds took) {
  const double seconds = std::chrono::duration<double>(took).count();
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin();
  ++durations_[static_cast<std::size_t>(bucket)];
  nanoseconds_ += static_cast<std::uint64_t>(took.count());
  if (verdict.status != 200) {
    ++(verdict.status == 503 ? not_ready_ : verdict.status == 400 ? unreadable_ : internal_);
    return;
  }
  const auto* const resource = std::find(resources.begin(), resources.end(), verdict.resource);
  const auto* const operation = std::find(operations.begin(), operations.end(), verdict.operation);
  if (resource == resources.end() || operation == operations.end()) return;
  ++reviews_[static_cast<std::size_t>(resource - resources.begin())]
            [static_cast<std::size_t>(operation - operations.begin())][verdict.allowed ? 1 : 0];
}

void ReviewMetrics::write(MetricsWriter& writer) const {
  writer.family("greeter_webhook_reviews_total", "counter", "Changes that the API server has asked about.");
  for (std::size_t r = 0; r < resources.size(); ++r)
    for (std::size_t o = 0; o < operations.size(); ++o)
      for (std::size_t allowed = 0; allowed < 2; ++allowed)
        writer.sample(reviews_[r][o][allowed].load(),
                      fmt::format(R"(resource="{}",operation="{}",allowed="{}")", resources[r], operations[o],
                                  allowed ? "true" : "false"));
  writer.family("greeter_webhook_review_failures_total", "counter", "Reviews that were not answered, and why.");
  writer.sample(unreadable_.load(), R"(reason="unreadable")");
  writer.sample(not_ready_.load(), R"(reason="not_ready")");
  writer.sample(internal_.load(), R"(reason="internal")");
  writer.family("greeter_webhook_review_duration_seconds", "histogram", "Time from a review to its answer.");
  std::uint64_t below = 0;
  for (std::size_t b = 0; b <= bounds.size(); ++b) {
    below += durations_[b];
    writer.sample(below, b < bounds.size() ? fmt::format(R"(le="{}")", bounds[b]) : R"(le="+Inf")", "_bucket");
  }
  writer.sample(static_cast<double>(nanoseconds_.load()) / 1e9, {}, "_sum");
  writer.sample(below, {}, "_count");
}

// Nothing of an object is logged: greetings may be secret until they are given.
Verdict ReviewHandler::reviewed(const Frame& frame) const {
  try {
    return review(body_of(frame), customers_, now());
  } catch (const std::exception& e) {
    log_.error("a review failed", {{"reason", std::string_view(e.what())}});
    return {.status = 500, .body = problem_body(500), .allowed = false};
  }
}

int ReviewHandler::answer(const Exchange& exchange, std::string& out) {
  const auto& frame = exchange.frame;
  Response response;
  if (frame.path != "/validate") response = problem(404);
  else if (frame.method != "POST") {
    response = problem(405);
    response.fields = "Allow: POST\r\n";
  } else {
    const auto begin = std::chrono::steady_clock::now();
    auto verdict = reviewed(frame);
    metrics_.count(verdict, std::chrono::steady_clock::now() - begin);
    response.status = verdict.status;
    response.body = std::move(verdict.body);
    if (verdict.status != 200) response.content_type = problem_type;
  }
  append(response, frame.method, exchange.persistence, exchange.date, out);
  return response.status;
}

} // namespace greeter::webhook
