// `greeter webhook`: the port that the API server asks, with the certificates it shows and the customers it knows.
#pragma once
#include "base/log.hpp"
#include "config/settings.hpp"
#include "http/engine.hpp"
#include "http/metrics.hpp"
#include "http/tls.hpp"
#include "kube/client.hpp"
#include "kube/informer.hpp"
#include "operator/certificate_source.hpp"
#include "operator/review_handler.hpp"
#include "operator/template_follower.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace greeter::webhook {

// Methods belong to one thread.
class Webhook {
public:
  // When this returns, clients can connect; it is ready as soon as it has a certificate and has read the customers.
  // `settings` and `log` outlive it. `pause`: between two looks whether certificates are as they should be. Errors say
  // which setting to change, or what in the template makes no sense.
  static Result<std::unique_ptr<Webhook>> start(const Settings& settings, kube::Access access, Log& log,
                                                std::chrono::milliseconds pause = std::chrono::seconds(10));

  std::uint16_t port() const { return engine_->port(); }
  std::uint16_t management_port() const { return management_->port(); }

  // Not ready from now on; goes on answering, and every response ends its connection.
  void announce_stop();
  // Takes no more clients; finished_fd() is readable when the last one has its answer or `grace` is over.
  void drain(std::chrono::milliseconds grace) { engine_->drain(grace); }
  int finished_fd() const { return engine_->finished_fd(); }

private:
  Webhook(kube::Access access, std::unique_ptr<Watch> watch, std::shared_ptr<const control::Template> made_by,
          Log& log);
  kube::Observer observer();
  std::string unready() const;
  std::string metrics() const;

  Log& log_;
  kube::Client client_;
  std::unique_ptr<Watch> watch_; // on the template
  std::atomic<std::uint64_t> templates_refused_{0};
  control::Customers customers_;
  ReviewMetrics reviews_;
  TlsServer tls_;
  std::atomic<bool> stopping_{false};
  Metrics workers_;
  Metrics management_worker_{1};
  std::unique_ptr<kube::Informer> informer_;
  std::unique_ptr<CertificateSource> certificates_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Engine> management_;
  std::unique_ptr<control::TemplateFollower> follower_;
};

} // namespace greeter::webhook
