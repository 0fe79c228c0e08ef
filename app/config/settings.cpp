#include "config/settings.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace greeter {

namespace {

using Rule = std::optional<std::string_view>;

template <auto Field> Rule text(Settings& settings, std::string_view value) {
  settings.*Field = value;
  return {};
}

template <auto Field> Rule utf8(Settings& settings, std::string_view value) {
  if (!is_utf8(value)) return "text is written in UTF-8";
  return text<Field>(settings, value);
}

template <auto Field> Rule port(Settings& settings, std::string_view value) {
  const auto number = parse_number(value);
  if (!number || *number > 65535) return "a port is a whole number from 0 to 65535 (0: any free one)";
  settings.*Field = static_cast<std::uint16_t>(*number);
  return {};
}

template <auto Field> Rule flag(Settings& settings, std::string_view value) {
  if (value != "true" && value != "false") return "it is true or false";
  settings.*Field = value == "true";
  return {};
}

// A whole number with a unit.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view value, std::chrono::hours most) {
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> units{
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
  const auto unit_at = std::min(value.find_first_not_of("0123456789"), value.size());
  const auto* const unit =
      std::find_if(units.begin(), units.end(), [&](const auto& u) { return u.first == value.substr(unit_at); });
  const auto number = parse_number(value.substr(0, unit_at));
  if (unit == units.end() || !number ||
      *number > static_cast<std::uint64_t>(most / std::chrono::milliseconds(1)) / unit->second)
    return {};
  return std::chrono::milliseconds(*number * unit->second);
}

// An hour at most: longer ones are slips of the keyboard.
template <auto Field> Rule duration(Settings& settings, std::string_view value) {
  const auto parsed = parse_duration(value, std::chrono::hours(1));
  if (!parsed) return "a duration is a whole number and ms, s or m, like 500ms or 10s, of at most 60m";
  settings.*Field = *parsed;
  return {};
}

template <auto Field> Rule age(Settings& settings, std::string_view value) {
  const auto parsed = parse_duration(value, std::chrono::hours(8'760));
  if (!parsed || parsed->count() < 1000) return "an age is a whole number and s, m or h, like 168h, from 1s to 8760h";
  settings.*Field = *parsed;
  return {};
}

template <auto Field> Rule timeout(Settings& settings, std::string_view value) {
  if (const auto rule = duration<Field>(settings, value)) return rule;
  if ((settings.*Field).count() == 0) return "a timeout is longer than 0, like 500ms or 10s";
  return {};
}

template <auto Field, std::uint64_t Least, std::uint64_t Most> Rule size(Settings& settings, std::string_view value) {
  const auto number = parse_number(value);
  if (!number || *number < Least || *number > Most) {
    static const std::string rule = fmt::format("it is a whole number from {} to {}", Least, Most);
    return rule;
  }
  settings.*Field = static_cast<std::remove_reference_t<decltype(settings.*Field)>>(*number);
  return {};
}

Rule domain(Settings& settings, std::string_view value) {
  if (!is_dns_name(value)) return "a domain is a lower-case DNS name like parcellab.com";
  return text<&Settings::domain>(settings, value);
}

Rule trusted_proxies(Settings& settings, std::string_view value) {
  while (!value.empty()) {
    const auto end = std::min(value.find(','), value.size());
    const auto network = Network::parse(trim(value.substr(0, end)));
    if (!network)
      return "it is a list like 10.42.0.0/16,2001:db8::1 of addresses and networks, whose bits behind the prefix are 0";
    settings.trusted_proxies.push_back(*network);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return {};
}

// Names and addresses that clients may know a server by.
Rule webhook_names(Settings& settings, std::string_view value) {
  while (!value.empty()) {
    const auto end = std::min(value.find(','), value.size());
    const auto name = trim(value.substr(0, end));
    if (!is_dns_name(name) && !Address::parse(name))
      return "it is a list like greeter-webhook.greeter-operator.svc,10.0.0.1 of DNS names and addresses";
    settings.webhook_names.emplace_back(name);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return {};
}

Rule log_level(Settings& settings, std::string_view value) {
  if (value == "debug") settings.log_level = LogLevel::debug;
  else if (value == "info") settings.log_level = LogLevel::info;
  else if (value == "warning") settings.log_level = LogLevel::warning;
  else if (value == "error") settings.log_level = LogLevel::error;
  else return "it is debug, info, warning or error";
  return {};
}

Rule log_format(Settings& settings, std::string_view value) {
  if (value == "auto") settings.log_format.reset();
  else if (value == "text") settings.log_format = LogFormat::text;
  else if (value == "json") settings.log_format = LogFormat::json;
  else return "it is auto, text or json";
  return {};
}

using S = Settings;
constexpr SettingSpec specs[] = {
    {"CUSTOMER_NAME", "--customer", "", "the one customer to greet; empty: every customer, by Host",
     utf8<&S::customer_name>},
    {"GREETING", "--greeting", "", "the greeting of that customer, instead of the one in the configuration",
     utf8<&S::greeting>},
    {"GREETINGS", "--greetings", "", "greetings by name, as a JSON object: {\"C\": \"Moin!\"}", utf8<&S::greetings>},
    {"GREETER_CONFIG", "--config", "/etc/greeter/customers", "a values file, or a folder with one per customer",
     text<&S::config>},
    {"GREETER_DOMAIN", "--domain", "parcellab.com", "what follows the customer in a host name", domain},
    {"GREETER_STORE", "--store", "none",
     "where greetings are kept that are changed at run time: none, memory:, sqlite:FILE, a URL of Redis, or "
     "kubernetes:",
     text<&S::store>},
    {"GREETER_STORE_PASSWORD_FILE", "--store-password-file", "",
     "file with the password for Redis; empty: it wants none", text<&S::store_password_file>},
    {"GREETER_SENTINEL_PASSWORD_FILE", "--sentinel-password-file", "", "file with the sentinels' password",
     text<&S::sentinel_password_file>},
    {"GREETER_STORE_WAIT", "--store-wait", "0s",
     "how long to wait at the start for another process to leave the store, or for Redis to answer",
     duration<&S::store_wait>},
    {"GREETER_TOKEN_FILE", "--token-file", "",
     "who may use the API: lines of 'reader TOKEN' or 'editor TOKEN'; empty: no API", text<&S::token_file>},
    {"GREETER_MAX_GREETINGS", "--max-greetings", "10000", "stored greetings of a customer",
     size<&S::max_greetings, 1, 100'000>},
    {"GREETER_MAX_STREAMS", "--max-streams", "256", "streams of events at a time", size<&S::max_streams, 0, 10'000>},
    {"GREETER_CHANGES_KEPT", "--changes-kept", "168h", "age up to which a stream of events can be resumed",
     age<&S::changes_kept>},
    {"GREETER_HOST", "--host", "*", "address to listen on; *: every address", text<&S::host>},
    {"GREETER_PORT", "--port", "8080", "public port", port<&S::port>},
    {"GREETER_MANAGEMENT_PORT", "--management-port", "9090", "port of probes, metrics and settings",
     port<&S::management_port>},
    {"GREETER_KUBECONFIG", "--kubeconfig", "",
     "of greeter operator and webhook: file that says where the cluster is; empty: it is the one this runs in",
     text<&S::kubeconfig>},
    {"GREETER_KUBE_CONTEXT", "--kube-context", "", "context of that file; empty: its current one",
     text<&S::kube_context>},
    {"GREETER_TEMPLATE", "--template", "/etc/greeter/operator/template.json",
     "of greeter operator and webhook: file of classes and what customers get; read again when it changes",
     text<&S::operator_template>},
    {"GREETER_OPERATOR_WORKERS", "--operator-workers", "4", "customers that it looks at at a time",
     size<&S::operator_workers, 1, 64>},
    {"GREETER_WEBHOOK_PORT", "--webhook-port", "8443", "of greeter webhook: port for the API server",
     port<&S::webhook_port>},
    {"GREETER_WEBHOOK_NAMES", "--webhook-names", "",
     "names and addresses its certificate is for; empty: greeter-webhook.NAMESPACE.svc", webhook_names},
    {"GREETER_WEBHOOK_SECRET", "--webhook-secret", "greeter-webhook-tls",
     "Secret in which it keeps the certificates it makes", text<&S::webhook_secret>},
    {"GREETER_WEBHOOK_CONFIGURATION", "--webhook-configuration", "greeter-webhook",
     "ValidatingWebhookConfiguration that tells the API server to believe them; empty: none",
     text<&S::webhook_configuration>},
    {"GREETER_WEBHOOK_CERTIFICATE", "--webhook-certificate", "",
     "file with a certificate, instead of one it makes; read again when it changes", text<&S::webhook_certificate>},
    {"GREETER_WEBHOOK_KEY", "--webhook-key", "", "file with the key of that certificate", text<&S::webhook_key>},
    {"GREETER_WORKERS", "--workers", "0", "threads that answer; 0: one per usable CPU", size<&S::workers, 0, 256>},
    {"GREETER_LOG_LEVEL", "--log-level", "info", "debug, info, warning or error", log_level},
    {"GREETER_LOG_FORMAT", "--log-format", "auto", "json, text, or auto: text on a terminal", log_format},
    {"GREETER_ACCESS_LOG", "--access-log", "false", "log every request: true or false", flag<&S::access_log>},
    {"GREETER_SHUTDOWN_DELAY", "--shutdown-delay", "2s", "how long SIGTERM goes on taking clients",
     duration<&S::shutdown_delay>},
    {"GREETER_SHUTDOWN_GRACE", "--shutdown-grace", "10s", "how long requests in flight may then take",
     duration<&S::shutdown_grace>},
    {"GREETER_MAX_CONNECTIONS", "--max-connections", "16384", "open connections; a further one gets 503",
     size<&S::max_connections, 1, 1'000'000>},
    {"GREETER_MAX_CONNECTIONS_PER_ADDRESS", "--max-connections-per-address", "12288",
     "of them by one IPv4 address or IPv6 /64 that is no trusted proxy",
     size<&S::max_connections_per_address, 1, 1'000'000>},
    {"GREETER_TRUSTED_PROXIES", "--trusted-proxies", "",
     "addresses and networks of proxies whose X-Forwarded-For or Forwarded is believed, like 10.42.0.0/16,2001:db8::1",
     trusted_proxies},
    {"GREETER_MAX_REQUESTS_PER_CONNECTION", "--max-requests-per-connection", "100000",
     "the last one's response ends the connection", size<&S::max_requests_per_connection, 1, 1'000'000'000>},
    {"GREETER_MAX_REQUESTS_PER_TURN", "--max-requests-per-turn", "64",
     "pipelined requests answered before others get their turn", size<&S::max_requests_per_turn, 1, 4'096>},
    {"GREETER_MAX_HEAD_BYTES", "--max-head-bytes", "16384", "request line and headers together",
     size<&S::max_head_bytes, 512, 1'048'576>},
    {"GREETER_MAX_TARGET_BYTES", "--max-target-bytes", "8000", "path and query", size<&S::max_target_bytes, 64, 8'000>},
    {"GREETER_MAX_HEADERS", "--max-headers", "100", "lines of headers", size<&S::max_headers, 8, 100>},
    {"GREETER_MAX_BODY_BYTES", "--max-body-bytes", "65536", "request body", size<&S::max_body_bytes, 0, 67'108'864>},
    {"GREETER_MAX_BUFFER_BYTES", "--max-buffer-bytes", "16777216",
     "unfinished requests and untaken responses of all clients together",
     size<&S::max_buffer_bytes, 1'048'576, 17'179'869'184>},
    {"GREETER_HEAD_TIMEOUT", "--head-timeout", "5s", "first byte of a request until the end of its headers",
     timeout<&S::head_timeout>},
    {"GREETER_BODY_TIMEOUT", "--body-timeout", "10s", "end of the headers until the end of the body",
     timeout<&S::body_timeout>},
    {"GREETER_IDLE_TIMEOUT", "--idle-timeout", "100s", "between two requests of a connection",
     timeout<&S::idle_timeout>},
    {"GREETER_SEND_TIMEOUT", "--send-timeout", "10s", "until a client has taken its response",
     timeout<&S::send_timeout>},
    {"GREETER_ANSWER_TIMEOUT", "--answer-timeout", "30s", "end of a request of the API until its response",
     timeout<&S::answer_timeout>},
};

Error refused(std::string_view name, std::string_view value, std::string_view rule) {
  std::string message = fmt::format("{}={} can't be used: {}", name, in_quotes(value), rule);
  if (value.starts_with("tcp://")) // the links that Kubernetes makes of a Service that is called greeter
    message +=
        "; Kubernetes sets this variable for a Service named greeter, unless the pod has enableServiceLinks: false";
  return {ErrorCode::invalid, std::move(message)};
}

} // namespace

std::span<const SettingSpec> setting_specs() { return specs; }

Result<Settings> read_settings(const Environment& environment, const std::map<std::string_view, std::string>& flags) {
  Settings settings;
  for (const auto& spec : specs) {
    const auto flagged = flags.find(spec.flag);
    const auto variable = environment.find(spec.variable);
    Settings::Origin origin{spec.variable, std::string(spec.fallback), "default"};
    if (flagged != flags.end()) origin = {spec.variable, flagged->second, "flag"};
    else if (variable != environment.end() && !variable->second.empty())
      origin = {spec.variable, variable->second, "environment"};
    if (const auto rule = spec.apply(settings, origin.value))
      return refused(origin.source == "flag" ? spec.flag : spec.variable, origin.value, *rule);
    if (spec.variable == "GREETER_CONFIG") settings.config_is_default = origin.source == "default";
    settings.origins.push_back(std::move(origin));
  }
  return settings;
}

std::vector<std::string> unknown_variables(const Environment& environment) {
  std::vector<std::string_view> known{"GREETER_SERVER", "GREETER_TOKEN", "GREETER_CLI_CONFIG"}; // of the command line
  for (const auto& spec : specs) known.push_back(spec.variable);
  std::vector<std::string> lines;
  for (const auto& [name, value] : environment) {
    if (!name.starts_with("GREETER_") || std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto meant = nearest(name, known);
    lines.push_back(name + " is not a setting" +
                    (meant.empty() ? "; greeter --help lists them" : fmt::format("; did you mean {}?", meant)));
  }
  return lines;
}

} // namespace greeter
