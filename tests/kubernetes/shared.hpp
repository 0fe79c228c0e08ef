// An API server for all tests of a process, and a namespace for each of them.
#pragma once
#include "support/api_server.hpp"

namespace greeter::test {

ApiServer& shared_server(); // with our definitions; whoever stops it starts it again
std::string new_space();    // a namespace that nobody else uses

// What the chart gives the operator's account: its rights, and the policies that narrow them.
void give_rights(const ApiServer& server);
constexpr auto operator_account = "system:serviceaccount:greeter-operator:greeter-operator";

// The API server is gone as long as this is there.
class Outage {
public:
  explicit Outage(int signal = SIGKILL) { shared_server().stop(signal); }
  ~Outage() { shared_server().start(); }
  Outage(const Outage&) = delete;
  Outage& operator=(const Outage&) = delete;
};

} // namespace greeter::test
