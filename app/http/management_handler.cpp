#include "http/management_handler.hpp"

#include "base/version.hpp"
#include "http/metrics_text.hpp"

#include <nlohmann/json.hpp>

namespace greeter {

namespace {

using nlohmann::ordered_json;

Response json(const ordered_json& body) {
  return {.body = body.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n"};
}

Response readiness(const Managed& managed) {
  if (managed.stopping) return problem(503, "shutting down");
  if (const auto reason = unready_reason(*managed.site.current()); !reason.empty()) return problem(503, reason);
  return json({{"status", "ok"}});
}

Response settings(const Managed& managed) {
  ordered_json all = ordered_json::object();
  for (const auto& origin : managed.settings.origins)
    all[std::string(origin.variable)] = {{"value", origin.value}, {"source", origin.source}};
  const auto site = managed.site.current();
  return json({{"hash", site->hash}, {"customers", site->greeter->customers().size()}, {"settings", all}});
}

} // namespace

std::unique_ptr<Handler> make_management_handler(const Managed& managed, Log& log) {
  auto router = std::make_unique<Router>(
      log, Router::KeepAlive{managed.settings.idle_timeout, managed.settings.max_requests_per_connection});
  router->get("/livez", [](const Request&) { return json({{"status", "ok"}}); });
  router->get("/readyz", [managed](const Request&) { return readiness(managed); });
  router->get("/metrics", [managed](const Request&) {
    return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                    .body = metrics_text(managed.metrics, *managed.site.current())};
  });
  router->get("/version", [](const Request&) {
    return json({{"version", GREETER_VERSION}, {"commit", GREETER_COMMIT}, {"compiler", GREETER_COMPILER}});
  });
  router->get("/config", [managed](const Request&) { return settings(managed); });
  return router;
}

} // namespace greeter
