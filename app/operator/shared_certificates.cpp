#include "operator/shared_certificates.hpp"

#include "kube/files.hpp"
#include "operator/objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace greeter::webhook {

namespace {

using kube::Json;

constexpr int attempts = 5; // there are few pods, and each loses once

kube::Kind secrets() { return {"", "v1", "secrets"}; }
kube::Kind configurations() { return {"admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", false}; }

// The Secret's keys are those that cert-manager uses, too.
constexpr std::array<std::pair<const char*, std::string Credentials::*>, 4> parts{
    {{"ca.crt", &Credentials::authorities},
     {"ca.key", &Credentials::authority_key},
     {"tls.crt", &Credentials::certificate},
     {"tls.key", &Credentials::key}}};

Credentials credentials_of(const Json& secret) {
  Credentials credentials;
  const auto& data = member(secret, "data");
  for (const auto& [key, part] : parts) credentials.*part = kube::from_base64(text_of(data, key)).value_or("");
  return credentials;
}

Json data_of(const Credentials& credentials) {
  auto data = Json::object();
  for (const auto& [key, part] : parts) data[key] = kube::to_base64(credentials.*part);
  return data;
}

} // namespace

SharedCertificates::SharedCertificates(kube::Client& client, SharedOptions options, TlsServer& tls, Log& log)
    : client_(client), options_(std::move(options)), tls_(tls), log_(log) {}

std::optional<Error> SharedCertificates::step() {
  const auto agreement = agreed();
  if (!agreement) return agreement.error();
  const auto& next = agreement.value();
  // Who is told later still believes the old certificate; but one that is over is no use to anybody.
  // Where nobody shared what was shown, as the Secret was deleted, other pods show it until their next step.
  const bool is_break = next.authorities.find(shown_.authorities) == std::string::npos;
  const auto believed = is_break ? next.authorities + shown_.authorities : next.authorities;
  auto untold = options_.configuration.empty() ? std::nullopt : tell(believed);
  const auto over_at = expiry();
  if (untold && over_at && options_.clock() < *over_at) return untold;
  if (next.certificate != shown_.certificate || next.key != shown_.key) {
    if (auto error = tls_.use(next.certificate, next.key)) return error;
    const auto until = end_of(next.certificate).value_or(Timestamp());
    shown_until(until);
    log_.info("a certificate is shown", {{"until", std::string_view(to_text(until))}});
  }
  shown_ = next;
  return untold;
}

// What the Secret has once nothing of it is due.
Result<Credentials> SharedCertificates::agreed() {
  const auto path = kube::path(secrets(), client_.home(), options_.secret);
  for (int attempt = 0; attempt < attempts; ++attempt) {
    auto found = client_.get(path);
    if (!found && found.error().code != ErrorCode::not_found) return found.error();
    const auto there = found ? credentials_of(found.value()) : Credentials();
    const auto wanted = renewed(there, options_.names, options_.clock());
    if (!wanted) return wanted.error();
    const auto& next = wanted.value();
    if (!next) return there;
    Json secret = found ? std::move(found.value())
                        : Json{{"apiVersion", "v1"},
                               {"kind", "Secret"},
                               {"type", "kubernetes.io/tls"},
                               {"metadata", {{"name", options_.secret}, {"namespace", client_.home()}}}};
    secret["data"] = data_of(*next);
    const auto written =
        found ? client_.replace(path, secret) : client_.create(kube::collection(secrets(), client_.home()), secret);
    if (!written && written.error().code != ErrorCode::conflict && written.error().code != ErrorCode::uncertain)
      return written.error();
    if (written) log_.info("certificates were renewed", {{"secret", std::string_view(options_.secret)}});
  }
  return Error{ErrorCode::conflict, fmt::format("Secret {} changes all the time", options_.secret)};
}

std::optional<Error> SharedCertificates::tell(const std::string& authorities) {
  auto error = try_to_tell(authorities);
  for (int again = 1; again < attempts && error && error->code == ErrorCode::conflict; ++again)
    error = try_to_tell(authorities);
  return error;
}

// Every webhook of the configuration is ours.
std::optional<Error> SharedCertificates::try_to_tell(const std::string& authorities) {
  const auto path = kube::path(configurations(), "", options_.configuration);
  auto found = client_.get(path);
  if (!found) return found.error();
  const auto bundle = kube::to_base64(authorities);
  auto webhooks = member(found.value(), "webhooks");
  bool wrong = false;
  if (webhooks.is_array())
    for (auto& webhook : webhooks)
      if (text_of(member(webhook, "clientConfig"), "caBundle") != bundle) {
        webhook["clientConfig"]["caBundle"] = bundle;
        wrong = true;
      }
  if (!wrong) return {};
  const auto patched = client_.patch(
      path, {{"metadata", {{"resourceVersion", text_of(member(found.value(), "metadata"), "resourceVersion")}}},
             {"webhooks", std::move(webhooks)}});
  if (!patched) return patched.error();
  log_.info("the API server was told whom to believe", {{"configuration", std::string_view(options_.configuration)}});
  return {};
}

} // namespace greeter::webhook
