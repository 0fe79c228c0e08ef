// The customers as the cluster has them, with the template that their instances are made by.
#pragma once
#include "base/time.hpp"
#include "kube/client.hpp"
#include "operator/customer.hpp"
#include "operator/precedence.hpp"
#include "operator/template.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace greeter::control {

// What a customer wants for itself alone.
std::set<Claim> claims_of(const Customer& customer);

// A customer that is not ready.
struct Unready {
  std::string name;
  std::string reason; // "Unknown", and since its creation, where nobody has looked at it yet
  std::optional<Timestamp> since;
};

// Thread-safe. What changes something returns the names of the customers that have to be looked at. An answer to our
// own request may come after the informer has told that the customer is gone: then it is no news.
class Customers {
public:
  using Names = std::set<std::string>;

  explicit Customers(std::shared_ptr<const Template> made_by) : template_(std::move(made_by)) {}

  Names replace(const kube::List& list);
  Names put(const Json& object);
  Names erase(const Json& object);
  Names use(std::shared_ptr<const Template> made_by);

  // Whether replace() has told which there are.
  bool known() const;
  bool contains(const std::string& name) const;
  // Nothing: there is no such customer.
  std::optional<CustomerObject> find(const std::string& name) const;
  // What an older customer had first.
  std::optional<Conflict> conflict(const std::string& name) const;
  // The oldest customer that wants it, `but` left out; empty: nobody does.
  std::string owner(const Claim& claim, std::string_view but) const;
  std::shared_ptr<const Template> made_by() const;
  Names names() const;
  std::pair<std::vector<Unready>, std::size_t> unready_of_all() const;

private:
  Names all() const;
  Names put_one(CustomerObject customer);
  Names claim(const CustomerObject& customer);

  mutable std::mutex mutex_;
  std::shared_ptr<const Template> template_;
  bool known_ = false;
  std::map<std::string, CustomerObject> by_name_;
  std::uint64_t ended_ = 0; // who is not there, and no newer, is gone
  Precedence precedence_;
};

} // namespace greeter::control
