// The webhook's port: POST /validate takes an AdmissionReview and answers with one.
#pragma once
#include "base/log.hpp"
#include "http/handler.hpp"
#include "http/metrics_writer.hpp"
#include "operator/admission.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace greeter::webhook {

// Thread-safe.
class ReviewMetrics {
public:
  void count(const Verdict& verdict, std::chrono::nanoseconds took);
  void write(MetricsWriter& writer) const;

private:
  static constexpr std::array<std::string_view, 2> resources{"customers", "greetings"};
  static constexpr std::array<std::string_view, 3> operations{"CREATE", "UPDATE", "DELETE"};
  static constexpr std::array<double, 8> bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5}; // seconds

  using Count = std::atomic<std::uint64_t>;
  std::array<std::array<std::array<Count, 2>, operations.size()>, resources.size()> reviews_{}; // refused, allowed
  Count unreadable_{0}, not_ready_{0}, internal_{0};                                            // 400, 503, 500
  std::array<Count, bounds.size() + 1> durations_{};
  Count nanoseconds_{0};
};

class ReviewHandler final : public Handler {
public:
  // All outlive it.
  ReviewHandler(const control::Customers& customers, ReviewMetrics& metrics, Log& log)
      : customers_(customers), metrics_(metrics), log_(log) {}

  int answer(const Exchange& exchange, std::string& out) override;
  void refused(const Address& /*peer*/, const RequestIds& /*ids*/, int /*status*/) override {}

private:
  Verdict reviewed(const Frame& frame) const;

  const control::Customers& customers_;
  ReviewMetrics& metrics_;
  Log& log_;
};

} // namespace greeter::webhook
