#include "operator/certificate_source.hpp"

#include "config/watch.hpp"
#include "operator/certificates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include <poll.h>
#include <sys/eventfd.h>

namespace greeter::webhook {

namespace {

constexpr auto pause_after_failure = std::chrono::milliseconds(1'000);

Result<std::string> read_file(const std::string& path) {
  const std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream || stream.bad()) return Error{ErrorCode::unavailable, path + " can't be read"};
  return text.str();
}

} // namespace

std::optional<Timestamp> Certificates::expiry() const {
  const auto milliseconds = end_.load();
  if (milliseconds == 0) return {};
  return Timestamp(std::chrono::milliseconds(milliseconds));
}

std::optional<Error> FileCertificates::step() {
  const auto certificate = read_file(files_.certificate);
  if (!certificate) return certificate.error();
  const auto key = read_file(files_.key);
  if (!key) return key.error();
  Pair next{certificate.value(), key.value()};
  if (next == shown_) return {};
  if (auto error = tls_.use(next.certificate, next.key)) {
    error->message = fmt::format("{} and {} can't be used: {}", files_.certificate, files_.key, error->message);
    return error;
  }
  shown_ = std::move(next);
  const auto end = end_of(shown_.certificate).value_or(Timestamp());
  shown_until(end);
  log_.info("a certificate is shown", {{"until", std::string_view(to_text(end))}});
  return {};
}

CertificateSource::CertificateSource(std::unique_ptr<Certificates> certificates, const std::string& watched,
                                     std::chrono::milliseconds pause, Log& log)
    : certificates_(std::move(certificates)), pause_(pause), log_(log), stop_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      thread_([this, watched] { run(watched); }) {}

CertificateSource::~CertificateSource() {
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
}

void CertificateSource::run(const std::string& watched) {
  std::optional<Watch> watch;
  if (!watched.empty()) watch.emplace(watched); // before the first look: no change falls between the two
  std::string complaint;                        // the last one; each is made once
  std::array<pollfd, 2> waits{{{stop_.get(), POLLIN, 0}, {watch ? watch->fd() : -1, POLLIN, 0}}};
  while (!waits[0].revents) {
    const auto error = certificates_->step();
    if (error && error->message != complaint)
      log_.error("certificates are not as they should be", {{"reason", std::string_view(error->message)}});
    complaint = error ? error->message : "";
    const auto pause = error ? std::min(pause_, pause_after_failure) : pause_;
    ::poll(waits.data(), waits.size(), static_cast<int>(pause.count()));
    if (watch && waits[1].revents) watch->consume();
  }
}

} // namespace greeter::webhook
