#include "operator/webhook.hpp"

#include "http/management_handler.hpp"
#include "kube/path.hpp"
#include "operator/shared_certificates.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace greeter::webhook {

namespace {

constexpr unsigned workers = 2;                         // a review takes a moment; the second is there for big ones
constexpr std::size_t review_bytes = 3UL * 1024 * 1024; // as much as the API server itself takes
// An API server keeps up to 25 idle connections; each costs some memory for TLS.
constexpr std::size_t connections = 512, connections_per_address = 256;

EngineLimits review_limits(const Settings& settings) {
  auto limits = limits_of(settings);
  limits.frame.body = review_bytes;
  limits.connections = std::min(limits.connections, connections);
  limits.connections_per_address = std::min(limits.connections_per_address, connections_per_address);
  return limits;
}

} // namespace

Webhook::Webhook(kube::Access access, std::unique_ptr<Watch> watch, std::shared_ptr<const control::Template> made_by,
                 Log& log)
    : log_(log), client_(std::move(access)), watch_(std::move(watch)), customers_(std::move(made_by)),
      workers_(workers) {}

kube::Observer Webhook::observer() {
  return {.listed = [this](const kube::List& list) { customers_.replace(list); },
          .changed =
              [this](const kube::Event& event) {
                if (event.kind == kube::Event::Kind::deleted) customers_.erase(event.object);
                else if (event.kind != kube::Event::Kind::bookmark) customers_.put(event.object);
              },
          .availability =
              [this](const std::optional<Error>& away) {
                if (away)
                  log_.error("the API server is away; customers are looked up as they were",
                             {{"reason", std::string_view(away->message)}});
                else log_.info("the API server is there again");
              }};
}

Result<std::unique_ptr<Webhook>> Webhook::start(const Settings& settings, kube::Access access, Log& log,
                                                std::chrono::milliseconds pause) {
  const bool has_files = !settings.webhook_certificate.empty();
  if (has_files == settings.webhook_key.empty())
    return Error{ErrorCode::invalid, "GREETER_WEBHOOK_CERTIFICATE and GREETER_WEBHOOK_KEY belong together: set both, "
                                     "or none, and the webhook makes its own"};
  auto watch = std::make_unique<Watch>(settings.operator_template);
  auto made_by = control::read_template(settings.operator_template);
  if (!made_by) return made_by.error();
  std::unique_ptr<Webhook> webhook(new Webhook(
      std::move(access), std::move(watch), std::make_shared<const control::Template>(std::move(made_by.value())), log));
  auto& self = *webhook;
  auto engine = Engine::start({settings.host, settings.webhook_port, "GREETER_WEBHOOK_PORT", review_limits(settings),
                               [&self](int socket) { return self.tls_.channel(socket); }},
                              self.workers_.workers(), [&](unsigned) {
                                return std::make_unique<ReviewHandler>(self.customers_, self.reviews_, log);
                              });
  if (!engine) return engine.error();
  self.engine_ = std::move(engine.value());

  std::unique_ptr<Certificates> certificates;
  if (has_files)
    certificates =
        std::make_unique<FileCertificates>(settings.webhook_certificate, settings.webhook_key, self.tls_, log);
  else {
    auto names = settings.webhook_names;
    if (names.empty()) names.push_back(fmt::format("greeter-webhook.{}.svc", self.client_.home()));
    certificates = std::make_unique<SharedCertificates>(
        self.client_, SharedOptions{settings.webhook_secret, settings.webhook_configuration, std::move(names)},
        self.tls_, log);
  }
  self.certificates_ =
      std::make_unique<CertificateSource>(std::move(certificates), settings.webhook_certificate, pause, log);
  self.informer_ = std::make_unique<kube::Informer>(self.client_, kube::collection(kube::customers()), self.observer());

  auto management = start_management({.settings = settings,
                                      .unready = [&self] { return self.unready(); },
                                      .metrics = [&self] { return self.metrics(); }},
                                     self.management_worker_.workers()[0], log);
  if (!management) return management.error();
  self.management_ = std::move(management.value());
  self.follower_ = std::make_unique<control::TemplateFollower>(
      *self.watch_, settings.operator_template,
      control::TemplateUser{[&self](auto changed) { self.customers_.use(std::move(changed)); },
                            [&self] { ++self.templates_refused_; }},
      log);
  return webhook;
}

void Webhook::announce_stop() {
  stopping_ = true;
  engine_->announce_close();
}

std::string Webhook::unready() const {
  if (stopping_) return "shutting down";
  const auto expiry = certificates_->certificates().expiry();
  if (!expiry) return "there is no certificate yet";
  if (*expiry <= now()) return fmt::format("the certificate ended at {}", to_text(*expiry));
  return customers_.known() ? "" : "the customers have not been read yet";
}

std::string Webhook::metrics() const {
  MetricsWriter writer;
  reviews_.write(writer);
  const auto expiry = certificates_->certificates().expiry();
  writer.single("greeter_webhook_certificate_expiry_timestamp_seconds", "gauge",
                "End of the certificate that is shown; 0: there is none.",
                expiry ? std::chrono::floor<std::chrono::seconds>(*expiry).time_since_epoch().count() : 0);
  writer.single("greeter_webhook_tls_failures_total", "counter",
                "Clients that came no further than TLS: they do not believe the certificate, or speak something else.",
                tls_.failures());
  const auto informer = informer_->status();
  writer.single("greeter_webhook_customers", "gauge", "Customers whose names and hosts are known.",
                customers_.names().size());
  writer.single("greeter_webhook_customers_up", "gauge", "0 while changes of customers can't be followed.",
                informer.up ? 1 : 0);
  writer.single("greeter_webhook_templates_refused_total", "counter",
                "Templates that made no sense; the classes of the last good one hold.", templates_refused_.load());
  write_process(writer);
  return writer.take();
}

} // namespace greeter::webhook
