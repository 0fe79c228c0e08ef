// Every setting of the program: read once, at start, into one plain struct. No other code reads the environment.
#pragma once
#include "base/address.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace greeter {

struct Settings {
  std::string customer_name; // empty: every customer, by Host
  std::string greeting;      // empty: not given
  std::string greetings;     // a JSON object name -> text; empty: not given
  std::string config;        // a file or folder in the values format
  bool config_is_default = true;
  std::string domain;
  std::string store;                                       // "none", or what names a backend
  std::string store_password_file, sentinel_password_file; // empty: no password
  std::chrono::milliseconds store_wait{};
  std::string token_file;        // empty: no API
  std::size_t max_greetings = 0; // of a customer
  std::size_t max_streams = 0;
  std::chrono::milliseconds changes_kept{};
  std::string host; // an address, or "*" for every address of both families
  std::uint16_t port = 0;
  std::uint16_t management_port = 0;
  std::string kubeconfig, kube_context; // empty: the cluster of this pod; the context the file says
  std::string operator_template;        // a file
  unsigned operator_workers = 0;
  std::uint16_t webhook_port = 0;
  std::vector<std::string> webhook_names;       // that its certificate is for; empty: of the usual Service
  std::string webhook_certificate, webhook_key; // files; empty: it makes its own,
  std::string webhook_secret;                   // keeps them here,
  std::string webhook_configuration;            // and tells the API server here; empty: nobody
  unsigned workers = 0;                         // 0: one per usable CPU
  LogLevel log_level = LogLevel::info;
  std::optional<LogFormat> log_format; // none: text on a terminal, else JSON
  bool access_log = false;
  std::chrono::milliseconds shutdown_delay{};
  std::chrono::milliseconds shutdown_grace{};
  std::size_t max_connections = 0;
  std::size_t max_connections_per_address = 0;
  std::vector<Network> trusted_proxies; // who may say for whom a request is
  std::size_t max_head_bytes = 0;
  std::size_t max_target_bytes = 0;
  std::size_t max_headers = 0;
  std::size_t max_body_bytes = 0;
  std::size_t max_buffer_bytes = 0;
  std::size_t max_requests_per_connection = 0;
  std::size_t max_requests_per_turn = 0;
  std::chrono::milliseconds head_timeout{};
  std::chrono::milliseconds body_timeout{};
  std::chrono::milliseconds idle_timeout{};
  std::chrono::milliseconds send_timeout{};
  std::chrono::milliseconds answer_timeout{};

  // What each setting is and where it came from, for people: the variable's name, its text, "flag" and so on.
  struct Origin {
    std::string_view variable;
    std::string value;
    std::string_view source;
  };
  std::vector<Origin> origins;
};

struct SettingSpec {
  std::string_view variable; // of the environment
  std::string_view flag;
  std::string_view fallback;
  std::string_view help;
  // Puts the value into its field, or returns the rule that it breaks.
  std::optional<std::string_view> (*apply)(Settings&, std::string_view value);
};

std::span<const SettingSpec> setting_specs();

using Environment = std::map<std::string, std::string, std::less<>>;

// A flag beats the environment, which beats the default. An empty variable counts as unset.
// Errors name the variable (or flag), its value and what would be right.
Result<Settings> read_settings(const Environment& environment, const std::map<std::string_view, std::string>& flags);

// One line for each GREETER_ variable that is no setting, with the setting it was meant for where one is near.
std::vector<std::string> unknown_variables(const Environment& environment);

} // namespace greeter
