// One customer's greetings: those of the configuration, with the stored ones over them.
#pragma once
#include "greeting/greeting.hpp"

#include <map>
#include <vector>

namespace greeter {

// Not thread-safe.
class GreetingTable {
public:
  // Replaces what the configuration has.
  void set_base(const std::vector<Greeting>& greetings);

  // A stored greeting covers the configuration's of the same id until it is erased.
  void put(Greeting greeting);
  void erase(const std::string& id);
  void erase_stored(); // all of them

  // Null: there is none.
  GreetingPtr find(const std::string& id) const;

  // In the order of ids, each id once.
  std::vector<GreetingPtr> all() const;

  std::size_t size() const { return entries_.size(); }
  std::size_t stored() const; // how many come from the store

private:
  struct Entry {
    GreetingPtr base, stored;
    const GreetingPtr& seen() const { return stored ? stored : base; }
  };
  std::map<std::string, Entry, std::less<>> entries_;
  std::size_t stored_ = 0;
};

} // namespace greeter
