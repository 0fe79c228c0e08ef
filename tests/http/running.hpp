// A server in this process on free ports, for the life of the object.
#pragma once
#include "config/configuration.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "support/comes_true.hpp"

#include <doctest/doctest.h>

#include <poll.h>

namespace greeter::test {

class Running {
public:
  explicit Running(Environment environment) : settings_(settings_of(std::move(environment))) {
    auto started = Server::start(settings_, load(), log_);
    REQUIRE_MESSAGE(started, (started ? "" : started.error().message));
    server_ = std::move(started.value());
  }

  Server& server() { return *server_; }
  std::uint16_t port() const { return server_->port(); }
  std::uint16_t management() const { return server_->management_port(); }
  Configuration load() const {
    auto configuration = load_configuration(settings_);
    REQUIRE_MESSAGE(configuration, (configuration ? "" : configuration.error().message));
    return std::move(configuration.value());
  }
  std::string metrics() const {
    Reply reply;
    comes_true([&] { return (reply = get(management(), "/metrics")).status == 200; }); // that port has limits as well
    return reply.body;
  }
  // How often clients came up against the limit of this name.
  std::size_t hits(std::string_view limit) const {
    const auto text = metrics();
    const auto sample = "\ngreeter_http_limit_hits_total{limit=\"" + std::string(limit) + "\"} ";
    const auto at = text.find(sample);
    REQUIRE_MESSAGE(at != std::string::npos, limit, " is not in ", text);
    return std::stoul(text.substr(at + sample.size()));
  }

  // Whether everything ended within this time after drain().
  bool finished_within(std::chrono::milliseconds time) const {
    pollfd wait{server_->finished_fd(), POLLIN, 0};
    return ::poll(&wait, 1, static_cast<int>(time.count())) == 1;
  }

private:
  static Settings settings_of(Environment environment) {
    environment.try_emplace("GREETER_HOST", "127.0.0.1");
    environment.try_emplace("GREETER_PORT", "0");
    environment.try_emplace("GREETER_MANAGEMENT_PORT", "0");
    environment.try_emplace("GREETER_WORKERS", "2");
    auto settings = read_settings(environment, {});
    REQUIRE_MESSAGE(settings, (settings ? "" : settings.error().message));
    return std::move(settings.value());
  }

  Settings settings_;
  Log log_{LogLevel::error, LogFormat::json, false};
  std::unique_ptr<Server> server_;
};

// Customer C, greeted with "Moin!", and these settings.
inline Environment only_c(Environment settings = {}) {
  settings.merge(Environment{{"CUSTOMER_NAME", "C"}, {"GREETING", "Moin!"}});
  return settings;
}

} // namespace greeter::test
