// Certificates that all pods of the webhook show, kept in a Secret, and told to the API server.
#pragma once
#include "base/log.hpp"
#include "http/tls.hpp"
#include "kube/client.hpp"
#include "operator/certificate_source.hpp"
#include "operator/certificates.hpp"

#include <functional>
#include <string>
#include <vector>

namespace greeter::webhook {

struct SharedOptions {
  std::string secret;        // name of the Secret, in the client's home
  std::string configuration; // name of the ValidatingWebhookConfiguration; empty: somebody else tells the API server
  std::vector<std::string> names;
  Lifetimes lifetimes = {};
  std::function<Timestamp()> clock = now;
};

// All that is given outlives it.
class SharedCertificates final : public Certificates {
public:
  SharedCertificates(kube::Client& client, SharedOptions options, TlsServer& tls, Log& log);

  // Brings all three in step: what is due is renewed in the Secret (whichever pod writes it first wins), the API server
  // is told whom to believe, then the certificate is shown. An error: what is shown stays; try again.
  std::optional<Error> step() override;

private:
  Result<Credentials> agreed();
  std::optional<Error> tell(const std::string& authorities);
  std::optional<Error> try_to_tell(const std::string& authorities);

  kube::Client& client_;
  SharedOptions options_;
  TlsServer& tls_;
  Log& log_;
  Credentials shown_;
};

} // namespace greeter::webhook
