#include "operator/lease.hpp"

#include "kube/path.hpp"

#include <condition_variable>
#include <mutex>

namespace greeter::control {

namespace {

using Json = nlohmann::json;

kube::Kind leases() { return {"coordination.k8s.io", "v1", "leases"}; }

// A MicroTime.
std::string micro(Timestamp time) {
  auto text = to_text(time);
  text.pop_back(); // Z
  const auto dot = text.find('.');
  if (dot == std::string::npos) return text + ".000000Z";
  return text + std::string(7 - (text.size() - dot), '0') + "Z";
}

std::string text(const Json& object, const char* path) {
  const Json::json_pointer pointer(path);
  return object.contains(pointer) && object[pointer].is_string() ? object[pointer].get<std::string>() : std::string();
}

} // namespace

void LeaseView::see(const Json& lease, Clock::time_point now) {
  holder_ = text(lease, "/spec/holderIdentity");
  duration_ = std::chrono::seconds(lease.value("/spec/leaseDurationSeconds"_json_pointer, 0));
  auto version = text(lease, "/metadata/resourceVersion");
  if (version == version_) return;
  version_ = std::move(version);
  changed_ = now;
}

Json lease_of(const Json& before, const LeaseOptions& options, Timestamp now) {
  auto lease = before.is_object() ? before
                                  : Json{{"apiVersion", "coordination.k8s.io/v1"},
                                         {"kind", "Lease"},
                                         {"metadata", {{"name", options.name}, {"namespace", options.space}}}};
  auto& spec = lease["spec"];
  if (!spec.is_object()) spec = Json::object();
  if (spec.value("holderIdentity", "") != options.identity) {
    spec["acquireTime"] = micro(now);
    if (before.is_object()) spec["leaseTransitions"] = spec.value("leaseTransitions", 0) + 1;
  }
  spec["holderIdentity"] = options.identity;
  spec["leaseDurationSeconds"] = std::chrono::ceil<std::chrono::seconds>(options.duration).count();
  spec["renewTime"] = micro(now);
  return lease;
}

Lease::Lease(kube::Client& client, LeaseOptions options, std::function<void(bool)> on_change, Log& log)
    : client_(client), options_(std::move(options)), on_change_(std::move(on_change)), log_(log),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Lease::~Lease() {
  thread_.request_stop();
  thread_.join();
}

std::string Lease::path() const { return kube::path(leases(), options_.space, options_.name); }

void Lease::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    const bool held = hold();
    tell();
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, held ? options_.renewal : options_.retry, [] { return false; });
  }
  release();
}

bool Lease::hold() {
  const auto asked = Clock::now();
  auto there = client_.get(path());
  if (!there && there.error().code != ErrorCode::not_found) {
    log_.warning("the lease can't be read", {{"reason", std::string_view(there.error().message)}});
    return false;
  }
  if (there) {
    view_.see(there.value(), asked);
    if (!view_.held_by(options_.identity) && !view_.is_free(asked)) return false;
  }
  const auto next = lease_of(there ? there.value() : Json(), options_, now());
  const auto written =
      there ? client_.replace(path(), next) : client_.create(kube::collection(leases(), options_.space), next);
  if (!written) {
    if (written.error().code != ErrorCode::conflict) // somebody else was faster
      log_.warning("the lease can't be written", {{"reason", std::string_view(written.error().message)}});
    return false;
  }
  view_.see(written.value(), asked);
  held_until_ = (asked + options_.duration * 2 / 3).time_since_epoch().count();
  return true;
}

void Lease::tell() {
  if (holds() == told_) return;
  told_ = !told_;
  if (told_) log_.info("leading", {{"identity", std::string_view(options_.identity)}});
  else log_.warning("not leading any more", {{"holder", std::string_view(view_.holder())}});
  on_change_(told_);
}

void Lease::release() {
  const bool held = holds();
  held_until_ = Clock::time_point::min().time_since_epoch().count();
  if (!held) return;
  auto there = client_.get(path());
  if (!there || text(there.value(), "/spec/holderIdentity") != options_.identity) return;
  there.value()["spec"]["holderIdentity"] = "";
  there.value()["spec"]["leaseDurationSeconds"] = 1;
  if (const auto released = client_.replace(path(), there.value()); !released)
    return log_.warning("the lease was not released", {{"reason", std::string_view(released.error().message)}});
  log_.info("lease released");
}

} // namespace greeter::control
