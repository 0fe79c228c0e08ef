#include "http/metrics_text.hpp"

#include "http/metrics_writer.hpp"

namespace greeter {

namespace {

template <class Pick> std::uint64_t sum(const Metrics& metrics, const Pick& pick) {
  std::uint64_t total = 0;
  for (const auto& worker : metrics.workers()) total += pick(worker).get();
  return total;
}

// Failures are there from the start, at 0: one that comes into being with its first count is no increase to an alert.
bool is_watched(std::string_view method, std::string_view code) {
  return (method == "GET" || method == "other") && (code == "500" || code == "503");
}

void requests(MetricsWriter& text, const Metrics& metrics) {
  text.family("greeter_http_requests_total", "counter", "Responses of the public port.");
  for (std::size_t m = 0; m < WorkerMetrics::methods.size(); ++m)
    for (std::size_t c = 0; c <= WorkerMetrics::codes.size(); ++c) {
      const auto total = sum(metrics, [&](const WorkerMetrics& w) -> const Counter& { return w.requests[m][c]; });
      const auto code = c < WorkerMetrics::codes.size() ? std::to_string(WorkerMetrics::codes[c]) : "other";
      if (total || is_watched(WorkerMetrics::methods[m], code))
        text.sample(total, fmt::format(R"(method="{}",code="{}")", WorkerMetrics::methods[m], code));
    }
}

void durations(MetricsWriter& text, const Metrics& metrics) {
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

void connections(MetricsWriter& text, const Metrics& metrics) {
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

// A sample of every customer that is served.
template <class Value> void by_customer(MetricsWriter& text, const Site& site, const Value& value) {
  for (std::size_t i = 0; i < site.pages.size(); ++i) {
    const auto& customer = site.greeter->customers()[i];
    if (!site.greeter->only().empty() && site.greeter->only() != customer.name) continue;
    if (const std::optional<std::uint64_t> number = value(i, customer.id))
      text.sample(*number, fmt::format(R"(customer="{}")", metric_label(customer.id)));
  }
}

void customers(MetricsWriter& text, const Site& site) {
  text.single("greeter_customers", "gauge", "Customers in the configuration.", site.greeter->customers().size());
  text.single("greeter_customer_known", "gauge", "0 when CUSTOMER_NAME is nobody's name.",
              site.greeter->knows_its_customer() ? 1 : 0);
  text.family("greeter_greetings_total", "counter", "Greetings given.");
  by_customer(text, site, [&](std::size_t i, const std::string&) { return site.pages[i]->counts->total(); });
}

void configuration(MetricsWriter& text, const Metrics& metrics, const Site& site) {
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

void store_use(MetricsWriter& text, const StoreMetrics& store) {
  text.family("greeter_store_changes_total", "counter", "Greetings that were written to the store.");
  text.sample(store.puts.get(), R"(kind="put")");
  text.sample(store.erases.get(), R"(kind="delete")");
  text.single("greeter_store_failures_total", "counter", "Requests that the store could not serve.",
              store.failures.get());
  text.single("greeter_event_streams", "gauge", "Open streams of events.", store.streams.load());
}

void store_status(MetricsWriter& text, const StoreStatus& status) {
  text.single("greeter_store_up", "gauge", "0 while the store can't be reached.", status.up ? 1 : 0);
  text.single("greeter_store_loaded", "gauge", "0 until the store was read for the first time.", status.loaded ? 1 : 0);
  text.single("greeter_store_reconnects_total", "counter", "Times the store was there again.", status.reconnects);
  text.single("greeter_store_resets_total", "counter", "Times the store had to be read anew.", status.resets);
  text.single("greeter_store_refused", "gauge", "What is in the store, breaks a rule and so is left out.",
              status.refused);
}

void visit_counts(MetricsWriter& text, const Site& site, const VisitRecorder& visits) {
  text.single("greeter_visits_pending", "gauge", "Greetings that were given and are not counted in the store yet.",
              visits.pending());
  text.single("greeter_visits_failures_total", "counter", "Attempts to count greetings in the store that failed.",
              visits.failures());
  text.family("greeter_visits_total", "counter", "Greetings given by all instances, as the store had it last.");
  const auto totals = visits.stored_totals();
  by_customer(text, site, [&](std::size_t, const std::string& id) {
    const auto found = totals.find(id);
    return found == totals.end() ? std::nullopt : std::optional(found->second);
  });
}

} // namespace

std::string metrics_text(const Metrics& metrics, const Site& site, const Store* store, const VisitRecorder* visits) {
  MetricsWriter text;
  requests(text, metrics);
  durations(text, metrics);
  connections(text, metrics);
  customers(text, site);
  configuration(text, metrics, site);
  store_use(text, metrics.store);
  if (store) store_status(text, store->status());
  if (visits) visit_counts(text, site, *visits);
  write_process(text);
  return text.take();
}

} // namespace greeter
