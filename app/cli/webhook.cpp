#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/until_stopped.hpp"

#include "operator/access.hpp"
#include "operator/webhook.hpp"

#include <csignal>

namespace greeter {

int serve_webhook(const Settings& settings, const Environment& environment) {
  const auto refuse = [](const Error& error) {
    complain(error.message);
    return exit_usage;
  };
  const auto signals = take_signals({SIGTERM, SIGINT});
  auto access = kube::access_of(settings, environment);
  if (!access) return refuse(access.error());
  Log log(settings.log_level, log_format(settings), false);
  for (const auto& line : unknown_variables(environment)) log.warning(line);
  const auto webhook = webhook::Webhook::start(settings, std::move(access.value()), log);
  if (!webhook) return refuse(webhook.error());
  auto& running = *webhook.value();
  log.info("answering the API server",
           {{"port", std::uint64_t{running.port()}}, {"management_port", std::uint64_t{running.management_port()}}});
  return run_until_stopped(settings, log, signals,
                           {.announce = [&] { running.announce_stop(); },
                            .drain = [&](std::chrono::milliseconds grace) { running.drain(grace); },
                            .finished_fd = running.finished_fd()});
}

} // namespace greeter
