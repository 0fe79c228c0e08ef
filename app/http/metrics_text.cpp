#include "http/metrics_text.hpp"

#include "base/process.hpp"
#include "base/version.hpp"

#include <fmt/format.h>

namespace greeter {

namespace {

// As the format wants label values: backslash, quote and line end escaped.
std::string label(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n') escaped += "\\n";
    else escaped += c;
  }
  return escaped;
}

class Text {
public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
  }
  template <class Value> void sample(const Value& value, std::string_view labels = {}, std::string_view suffix = {}) {
    text_ += labels.empty() ? fmt::format("{}{} {}\n", name_, suffix, value)
                            : fmt::format("{}{}{{{}}} {}\n", name_, suffix, labels, value);
  }
  template <class Value>
  void single(std::string_view name, std::string_view type, std::string_view help, const Value& value) {
    family(name, type, help);
    sample(value);
  }
  std::string take() { return std::move(text_); }

private:
  std::string_view name_;
  std::string text_;
};

template <class Pick> std::uint64_t sum(const Metrics& metrics, const Pick& pick) {
  std::uint64_t total = 0;
  for (const auto& worker : metrics.workers()) total += pick(worker).get();
  return total;
}

// Failures are there from the start, at 0: one that comes into being with its first count is no increase to an alert.
bool is_watched(std::string_view method, std::string_view code) {
  return (method == "GET" || method == "other") && (code == "500" || code == "503");
}

void requests(Text& text, const Metrics& metrics) {
  text.family("greeter_http_requests_total", "counter", "Responses of the public port.");
  for (std::size_t m = 0; m < WorkerMetrics::methods.size(); ++m)
    for (std::size_t c = 0; c <= WorkerMetrics::codes.size(); ++c) {
      const auto total = sum(metrics, [&](const WorkerMetrics& w) -> const Counter& { return w.requests[m][c]; });
      const auto code = c < WorkerMetrics::codes.size() ? std::to_string(WorkerMetrics::codes[c]) : "other";
      if (total || is_watched(WorkerMetrics::methods[m], code))
        text.sample(total, fmt::format(R"(method="{}",code="{}")", WorkerMetrics::methods[m], code));
    }
}

void durations(Text& text, const Metrics& metrics) {
  text.family("greeter_http_request_duration_seconds", "histogram",
              "Time from a request being there to its response being handed to the system.");
  std::uint64_t below = 0;
  for (std::size_t b = 0; b <= WorkerMetrics::bounds.size(); ++b) {
    below += sum(metrics, [&](const WorkerMetrics& w) -> const Counter& { return w.durations[b]; });
    const auto bound = b < WorkerMetrics::bounds.size()
                           ? fmt::format("{}", std::chrono::duration<double>(WorkerMetrics::bounds[b]).count())
                           : "+Inf";
    text.sample(below, fmt::format(R"(le="{}")", bound), "_bucket");
  }
  text.sample(static_cast<double>(
                  sum(metrics, [](const WorkerMetrics& w) -> const Counter& { return w.duration_nanoseconds; })) /
                  1e9,
              {}, "_sum");
  text.sample(below, {}, "_count");
}

void connections(Text& text, const Metrics& metrics) {
  const auto accepted = sum(metrics, [](const WorkerMetrics& w) -> const Counter& { return w.accepted; });
  const auto closed = sum(metrics, [](const WorkerMetrics& w) -> const Counter& { return w.closed; });
  text.single("greeter_http_connections", "gauge", "Open connections of the public port.",
              accepted > closed ? accepted - closed : 0);
  text.single("greeter_http_connections_total", "counter", "Connections taken.", accepted);
  text.family("greeter_http_limit_hits_total", "counter", "How often a limit stopped a client, by its setting.");
  for (std::size_t i = 0; i < limit_names.size(); ++i)
    text.sample(sum(metrics, [i](const WorkerMetrics& w) -> const Counter& { return w.limits[i]; }),
                fmt::format(R"(limit="{}")", limit_names[i]));
}

void customers(Text& text, const Site& site) {
  text.single("greeter_customers", "gauge", "Customers in the configuration.", site.greeter->customers().size());
  text.single("greeter_customer_known", "gauge", "0 when CUSTOMER_NAME is nobody's name.",
              site.greeter->knows_its_customer() ? 1 : 0);
  text.family("greeter_greetings_total", "counter", "Greetings given.");
  for (std::size_t i = 0; i < site.pages.size(); ++i) {
    const auto& customer = site.greeter->customers()[i];
    if (site.greeter->only().empty() || site.greeter->only() == customer.name)
      text.sample(site.pages[i]->count->total(), fmt::format(R"(customer="{}")", label(customer.id)));
  }
}

void configuration(Text& text, const Metrics& metrics, const Site& site) {
  text.family("greeter_config_reloads_total", "counter", "Times the configuration was read again.");
  text.sample(metrics.reloads.successes.get(), R"(result="success")");
  text.sample(metrics.reloads.failures.get(), R"(result="failure")");
  text.single("greeter_config_last_reload_successful", "gauge",
              "0 when the newest configuration was refused and the last good one is served.",
              metrics.reloads.last_succeeded ? 1 : 0);
  text.single("greeter_config_last_reload_success_timestamp_seconds", "gauge",
              "When the configuration that is served was read.", metrics.reloads.last_success.load());
  text.family("greeter_config_info", "gauge", "The configuration that is served.");
  text.sample(1, fmt::format(R"(hash="{}")", site.hash));
}

void store(Text& text, const StoreMetrics& store) {
  text.family("greeter_store_changes_total", "counter", "Greetings that were written to the store.");
  text.sample(store.puts.get(), R"(kind="put")");
  text.sample(store.erases.get(), R"(kind="delete")");
  text.single("greeter_store_failures_total", "counter", "Requests that the store could not serve.",
              store.failures.get());
  text.single("greeter_event_streams", "gauge", "Open streams of events.", store.streams.load());
}

void process(Text& text) {
  const auto usage = process_usage();
  text.single("process_cpu_seconds_total", "counter", "Processor time of user and system.", usage.cpu_seconds);
  text.single("process_resident_memory_bytes", "gauge", "Resident memory.", usage.resident_bytes);
  text.single("process_virtual_memory_bytes", "gauge", "Virtual memory.", usage.virtual_bytes);
  text.single("process_open_fds", "gauge", "Open file descriptors.", usage.open_fds);
  text.single("process_max_fds", "gauge", "Most file descriptors that may be open.", usage.max_fds);
  text.single("process_start_time_seconds", "gauge", "When the process started, in seconds since 1970.",
              usage.start_time_seconds);
}

} // namespace

std::string metrics_text(const Metrics& metrics, const Site& site) {
  Text text;
  requests(text, metrics);
  durations(text, metrics);
  connections(text, metrics);
  customers(text, site);
  configuration(text, metrics, site);
  store(text, metrics.store);
  text.family("greeter_build_info", "gauge", "The program that runs.");
  text.sample(
      1, fmt::format(R"(version="{}",commit="{}",compiler="{}")", GREETER_VERSION, GREETER_COMMIT, GREETER_COMPILER));
  process(text);
  return text.take();
}

} // namespace greeter
