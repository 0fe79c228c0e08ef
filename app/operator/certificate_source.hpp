// Keeps the certificate that is shown in step with where it comes from.
#pragma once
#include "base/fd.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "http/tls.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace greeter::webhook {

// Where a certificate comes from. Belongs to one thread but for expiry().
class Certificates {
public:
  virtual ~Certificates() = default;

  // Looks for a newer one and has it shown. An error: the last one stays.
  virtual std::optional<Error> step() = 0;

  // Thread-safe: the end of the one that is shown; nothing: none is.
  std::optional<Timestamp> expiry() const;

protected:
  void shown_until(Timestamp end) { end_ = end.time_since_epoch().count(); }

private:
  std::atomic<std::int64_t> end_{0}; // milliseconds since 1970
};

// PEM files that somebody else renews: cert-manager by way of a mounted Secret, or a person.
class FileCertificates final : public Certificates {
public:
  FileCertificates(std::string certificate, std::string key, TlsServer& tls, Log& log)
      : files_{std::move(certificate), std::move(key)}, tls_(tls), log_(log) {}

  std::optional<Error> step() override;

private:
  struct Pair {
    std::string certificate, key;
    bool operator==(const Pair&) const = default;
  };
  const Pair files_;
  TlsServer& tls_;
  Log& log_;
  Pair shown_;
};

// A thread that takes steps: after each pause, sooner after one that failed, at once where the file `watched` changes
// (empty: there is none).
class CertificateSource {
public:
  CertificateSource(std::unique_ptr<Certificates> certificates, const std::string& watched,
                    std::chrono::milliseconds pause, Log& log);
  ~CertificateSource();
  CertificateSource(const CertificateSource&) = delete;
  CertificateSource& operator=(const CertificateSource&) = delete;

  const Certificates& certificates() const { return *certificates_; }

private:
  void run(const std::string& watched);

  std::unique_ptr<Certificates> certificates_;
  const std::chrono::milliseconds pause_;
  Log& log_;
  Fd stop_; // an eventfd
  std::thread thread_;
};

} // namespace greeter::webhook
