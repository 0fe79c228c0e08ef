// Keeps the site in step with the configuration, the store and the clock.
#pragma once
#include "base/fd.hpp"
#include "base/published.hpp"
#include "config/configuration.hpp"
#include "greeting/table.hpp"
#include "http/site.hpp"
#include "store/store.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <span>

namespace greeter {

// Thread-safe.
class Board {
public:
  Board(Configuration configuration, const Store::Contents& stored, unsigned workers);

  const Published<Site>& site() const { return site_; }

  // Takes over what has changed; the site shows it when these return.
  void configure(Configuration configuration);
  void take(std::span<const Change> changes);
  void replace(const Store::Contents& stored); // whatever was stored before
  void tick();                                 // the time

  // Readable when a greeting starts or ends, or when somebody has set the clock: tick() then.
  int timer_fd() const { return timer_.get(); }

  // One customer's table. Greetings of a customer whom nobody knows (any more) are kept, and shown to no one.
  std::vector<GreetingPtr> greetings(const std::string& customer) const;
  GreetingPtr greeting(const std::string& customer, const std::string& id) const;
  std::size_t stored(const std::string& customer) const;

  // Tells `sink` how often greetings were given since the last call.
  using VisitSink = std::function<void(const std::string& customer, const std::string& greeting, std::uint64_t count)>;
  void collect_visits(const VisitSink& sink);
  std::uint64_t uncollected_visits() const;

private:
  struct Row {
    GreetingTable table;
    std::optional<Timestamp> next; // when it changes by itself
    std::shared_ptr<GreetingCounts> counts;
    std::shared_ptr<const Page> page; // null: no such customer
  };

  void adopt(Configuration configuration);
  void refresh_all();
  static void refresh(const Customer& customer, Row& row, Timestamp time, bool anew);
  std::shared_ptr<const Site> make_site() const;
  void publish();
  void arm();

  const unsigned workers_;
  Fd timer_;
  mutable std::mutex mutex_;
  std::map<std::string, Row, std::less<>> rows_; // by the customer's id
  std::shared_ptr<const Greeter> greeter_;
  std::string hash_;
  Published<Site> site_;
};

} // namespace greeter
