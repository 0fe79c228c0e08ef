// Which changes of Customers and Greetings Kubernetes may take: the rules of app/greeting, told of a whole object.
#pragma once
#include "base/time.hpp"
#include "operator/customers.hpp"

#include <string>
#include <string_view>

namespace greeter::webhook {

struct Verdict {
  int status = 200;    // 200: `body` is an AdmissionReview; 400 or 503: problem details, and the API server does what
                       // the webhook's failurePolicy says
  std::string body;    // JSON
  bool allowed = true; // where status is 200
  // For counting; empty where the review can't be read.
  std::string_view resource;  // "customers" or "greetings"
  std::string_view operation; // "CREATE", "UPDATE" or "DELETE"
};

// The answer to an AdmissionReview (admission.k8s.io/v1).
//
// Refused is what breaks a rule, with a message of all that is wrong (422, reason Invalid, a cause for each fault); a
// customer, too, whose name or host another one has, or whose class there is not. What was there already is not held
// against anybody: a change that leaves the spec as it is passes, so that finalizers and labels can be changed whatever
// the rules have become; and a name, host or class is only looked at where it is taken anew: a customer whose class has
// gone since can still be changed or let go of. Deletions and subresources pass. Keeps nothing and changes nothing, so
// that a dry run is like any other.
//
// `now`: greetings whose time is past get a warning.
Verdict review(std::string_view body, const control::Customers& customers, Timestamp now);

} // namespace greeter::webhook
