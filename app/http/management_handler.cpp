#include "http/management_handler.hpp"

#include "base/version.hpp"
#include "http/router.hpp"

#include <algorithm>

namespace greeter {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t management_connections = 256;

Response json(const ordered_json& body) {
  return {.body = body.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n"};
}

Response readiness(const Managed& managed) {
  const auto reason = managed.unready();
  return reason.empty() ? json({{"status", "ok"}}) : problem(503, reason);
}

Response settings(const Managed& managed) {
  auto body = managed.about();
  auto& all = body["settings"] = ordered_json::object();
  for (const auto& origin : managed.settings.origins)
    all[std::string(origin.variable)] = {{"value", origin.value}, {"source", origin.source}};
  return json(body);
}

std::unique_ptr<Handler> make_management_handler(const Managed& managed, Log& log) {
  auto router = std::make_unique<Router>(
      log, Router::KeepAlive{managed.settings.idle_timeout, managed.settings.max_requests_per_connection});
  router->get("/livez", [](const Request&) { return json({{"status", "ok"}}); });
  router->get("/readyz", [managed](const Request&) { return readiness(managed); });
  router->get("/metrics", [managed](const Request&) {
    return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = managed.metrics()};
  });
  router->get("/version", [](const Request&) {
    return json({{"version", GREETER_VERSION}, {"commit", GREETER_COMMIT}, {"compiler", GREETER_COMPILER}});
  });
  router->get("/config", [managed](const Request&) { return settings(managed); });
  return router;
}

} // namespace

Result<std::unique_ptr<Engine>> start_management(const Managed& managed, WorkerMetrics& metrics, Log& log) {
  const auto& settings = managed.settings;
  EngineOptions options{settings.host, settings.management_port, "GREETER_MANAGEMENT_PORT", limits_of(settings)};
  options.limits.connections = std::min(options.limits.connections, management_connections);
  return Engine::start(options, {&metrics, 1}, [&](unsigned) { return make_management_handler(managed, log); });
}

EngineLimits limits_of(const Settings& settings) {
  EngineLimits limits;
  limits.frame.head = settings.max_head_bytes;
  limits.frame.body = settings.max_body_bytes;
  limits.frame.target = settings.max_target_bytes;
  limits.frame.headers = settings.max_headers;
  limits.connections = settings.max_connections;
  limits.connections_per_address = settings.max_connections_per_address;
  limits.trusted_proxies = settings.trusted_proxies;
  limits.buffer_bytes = settings.max_buffer_bytes;
  limits.requests_per_connection = settings.max_requests_per_connection;
  limits.requests_per_turn = settings.max_requests_per_turn;
  limits.head = settings.head_timeout;
  limits.body = settings.body_timeout;
  limits.idle = settings.idle_timeout;
  limits.send = settings.send_timeout;
  limits.answer = settings.answer_timeout;
  return limits;
}

} // namespace greeter
