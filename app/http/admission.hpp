// Who may connect: so many clients in all, so many of one address. Thread-safe; the workers of an engine share one.
#pragma once
#include "base/address.hpp"
#include "http/limits.hpp"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace greeter {

class Admission {
public:
  // Places beyond the limits for clients who are being told that there is none.
  static constexpr std::size_t extra_places = 32;

  // The trusted proxies have as many as they like of the total: many clients come through each.
  Admission(std::size_t total, std::size_t per_address, std::vector<Network> trusted_proxies = {});

  // A connection's place, given back when destroyed. Does not outlive the Admission.
  class Place {
  public:
    Place(Place&& other) noexcept;
    Place& operator=(Place&&) = delete;
    ~Place();

  private:
    friend Admission;
    Place(Admission& admission, std::atomic<std::size_t>& counter) : admission_(&admission), counter_(&counter) {}

    Admission* admission_;
    std::atomic<std::size_t>* counter_;
    std::optional<Address> counted_; // the network that it counts for
  };

  struct Verdict {
    std::optional<Place> place; // none: not even for an explanation
    Limit over = Limit::none;   // the limit, for a client that is to be turned away
  };
  Verdict admit(const Address& client);

  // Those turned away included, for as long as they have a place.
  std::size_t connections() const;

private:
  std::size_t total_;
  std::size_t per_address_;
  std::vector<Network> trusted_proxies_;
  std::atomic<std::size_t> admitted_{0};
  std::atomic<std::size_t> turned_away_{0};
  std::mutex mutex_;
  std::unordered_map<Address, std::size_t, AddressHash> by_network_; // guarded by mutex_
};

} // namespace greeter
