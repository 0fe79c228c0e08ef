#include "operator/admission.hpp"

#include "base/text.hpp"
#include "greeting/greeting_json.hpp"
#include "http/api/json_text.hpp"
#include "http/problem.hpp"
#include "kube/path.hpp"
#include "operator/objects.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

namespace greeter::webhook {

namespace {

using nlohmann::json;

constexpr int deepest = 64; // an object's managed fields go as deep as the object, and more
constexpr std::size_t most_faults = 10;
constexpr std::size_t most_warnings = 10;
constexpr std::array<std::string_view, 2> deletions{"Delete", "Retain"};

// A fault of an object. `reason` is one of those that causes have.
struct Fault {
  FieldFault what;
  std::string_view reason;
};

class Findings {
public:
  void fault(FieldFault what, std::string_view reason = "FieldValueInvalid") {
    if (what.value.empty()) reason = "FieldValueRequired";
    faults.push_back({std::move(what), reason});
  }
  void warn(std::string warning) {
    if (warnings.size() < most_warnings) warnings.push_back(std::move(warning));
  }

  std::vector<Fault> faults;
  std::vector<std::string> warnings;
};

struct Asked {
  std::string uid, operation, name, space;
  std::string_view resource, kind;
  const json& object;
  const json& before; // null: there was none
};

// It is sound and active, and all the same nobody will ever read it.
void warn_if_past(const Greeting& greeting, const std::string& path, Timestamp now, Findings& out) {
  if (greeting.state == State::active && greeting.ends_at && *greeting.ends_at <= now)
    out.warn(fmt::format("{}ends_at is {}, which is past: it will never be given", path, to_text(*greeting.ends_at)));
}

void check_greeting(const Asked& asked, Timestamp now, Findings& out) {
  const auto dot = asked.name.find('.');
  const bool has_customer = dot != std::string::npos;
  const auto customer = asked.name.substr(0, has_customer ? dot : 0);
  const auto id = asked.name.substr(has_customer ? dot + 1 : 0);
  const auto name = json(asked.name);
  if (has_customer && !is_dns_label(customer))
    out.fault({"metadata.name", excerpt(name), "use an id, or CUSTOMER.ID, each 1 to 63 of a-z, 0-9 and -"});
  if (has_customer && customer == asked.space) // the store would leave it out: one greeting must not have two names
    out.fault({"metadata.name", excerpt(name), fmt::format("use {}: the namespace is the customer", in_quotes(id))});
  auto read = read_greeting(member(asked.object, "spec"), id);
  for (auto& fault : read.faults) {
    if (fault.field == "id") out.fault({"metadata.name", excerpt(name), std::move(fault.rule)});
    else if (fault.field == "greeting") out.fault({"spec", std::move(fault.value), std::move(fault.rule)});
    else out.fault({"spec." + fault.field, std::move(fault.value), std::move(fault.rule)});
  }
  if (out.faults.empty()) warn_if_past(read.greeting, "spec.", now, out);
}

// Its class may have gone since it was stored: what runs goes on as it is.
void check_class(const Asked& asked, const control::Template& made_by, Findings& out) {
  const auto& spec = member(asked.object, "spec");
  auto fault = made_by.class_fault(spec);
  if (!fault) return;
  const bool had_it =
      asked.before.is_object() && member(member(asked.before, "spec"), "class") == member(spec, "class");
  if (had_it) out.warn(fmt::format("{}; until then it stays as it runs", control::in_words(*fault)));
  else out.fault(control::in_object(std::move(*fault)));
}

void check_deletion(const json& spec, Findings& out) {
  const auto& deletion = member(spec, "deletion");
  const auto known = [&](std::string_view word) { return word == text_of(spec, "deletion"); };
  if (!deletion.is_null() && std::none_of(deletions.begin(), deletions.end(), known))
    out.fault({"spec.deletion", excerpt(deletion), fmt::format("use one of {}", fmt::join(deletions, ", "))});
}

// Its own host comes of its name and domain.
std::string field_of(const json& spec, const control::Claim& claim) {
  if (claim.kind == control::ClaimKind::name) return "spec.name";
  const auto& hosts = member(spec, "hosts");
  for (std::size_t i = 0; i < hosts.size(); ++i)
    if (hosts[i] == claim.value) return fmt::format("spec.hosts[{}]", i);
  return "metadata.name";
}

// Only what is taken anew: whoever came first has a name or host, whatever somebody else did while nobody looked.
void check_claims(const Asked& asked, const Customer& customer, const control::Customers& customers,
                  const control::Template& made_by, Findings& out) {
  std::set<control::Claim> before;
  if (asked.before.is_object())
    before = control::claims_of(made_by.read(member(asked.before, "spec"), asked.name).customer);
  for (const auto& claim : control::claims_of(customer)) {
    const auto owner = before.contains(claim) ? std::string() : customers.owner(claim, asked.name);
    if (!owner.empty())
      out.fault({field_of(member(asked.object, "spec"), claim), in_quotes(claim.value),
                 fmt::format("use another: customer {} has it", in_quotes(owner))},
                "FieldValueDuplicate");
  }
}

void check_customer(const Asked& asked, const control::Customers& customers, Timestamp now, Findings& out) {
  const auto& spec = member(asked.object, "spec");
  const auto made_by = customers.made_by();
  auto read = made_by->read(spec, asked.name);
  for (auto& fault : read.faults) out.fault(control::in_object(std::move(fault)));
  check_class(asked, *made_by, out);
  check_deletion(spec, out);
  check_claims(asked, read.customer, customers, *made_by, out);
  if (!out.faults.empty()) return;
  for (const auto& greeting : read.customer.greetings)
    warn_if_past(greeting, "spec.greetings." + greeting.id + ".", now, out);
}

json status_of(const Asked& asked, const std::vector<Fault>& faults) {
  json causes = json::array();
  std::string message;
  const auto told = std::min(faults.size(), most_faults);
  for (std::size_t i = 0; i < told; ++i) {
    const auto& [what, reason] = faults[i];
    message += (message.empty() ? "" : "; ") + to_string(what);
    causes.push_back({{"reason", reason},
                      {"field", what.field},
                      {"message", fmt::format("{}: {}", what.value.empty() ? "missing" : what.value, what.rule)}});
  }
  if (const auto more = faults.size() - told) {
    message += fmt::format("; and {} more", more);
    causes.push_back({{"reason", "FieldValueInvalid"}, {"message", fmt::format("and {} more", more)}});
  }
  return {
      {"status", "Failure"},
      {"reason", "Invalid"},
      {"code", 422},
      {"message", std::move(message)},
      {"details", {{"group", kube::group}, {"kind", asked.kind}, {"name", asked.name}, {"causes", std::move(causes)}}}};
}

Verdict answer(const Asked& asked, const Findings& findings) {
  Verdict verdict{.allowed = findings.faults.empty(), .resource = asked.resource};
  for (const std::string_view operation : {"CREATE", "UPDATE", "DELETE"})
    if (operation == asked.operation) verdict.operation = operation;
  json response{{"uid", asked.uid}, {"allowed", verdict.allowed}};
  if (!verdict.allowed) response["status"] = status_of(asked, findings.faults);
  if (!findings.warnings.empty()) response["warnings"] = findings.warnings;
  const json whole{
      {"apiVersion", "admission.k8s.io/v1"}, {"kind", "AdmissionReview"}, {"response", std::move(response)}};
  verdict.body = whole.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  return verdict;
}

Verdict refuse(int status, std::string_view why) {
  return {.status = status, .body = problem_body(status, why), .allowed = false};
}

// Deletions and what has no rules of ours: subresources, and changes that leave what people set as it was.
bool passes_unseen(const json& request, const Asked& asked) {
  if (asked.operation != "CREATE" && asked.operation != "UPDATE") return true;
  if (!text_of(request, "subResource").empty()) return true;
  return asked.operation == "UPDATE" && asked.before.is_object() &&
         member(asked.object, "spec") == member(asked.before, "spec");
}

} // namespace

Verdict review(std::string_view body, const control::Customers& customers, Timestamp now) {
  const auto parsed = api::parse_json(body, deepest);
  if (!parsed) return refuse(400, "The body can't be read: " + parsed.error().message + ".");
  const auto& whole = parsed.value();
  const auto& request = member(whole, "request");
  if (text_of(whole, "apiVersion") != "admission.k8s.io/v1" || text_of(whole, "kind") != "AdmissionReview")
    return refuse(400, "The body is no AdmissionReview of admission.k8s.io/v1.");
  const auto& type = member(request, "resource");
  const auto named = text_of(type, "resource");
  const bool is_customer = named == "customers";
  if (text_of(type, "group") != kube::group || (!is_customer && named != "greetings"))
    return refuse(400, fmt::format("There are rules for customers and greetings of {} here, for nothing else.",
                                   std::string_view(kube::group)));
  const auto& object = member(request, "object");
  const auto name = name_of(object);
  const Asked asked{.uid = text_of(request, "uid"),
                    .operation = text_of(request, "operation"),
                    .name = name.empty() ? text_of(request, "name") : name,
                    .space = text_of(request, "namespace"),
                    .resource = is_customer ? "customers" : "greetings",
                    .kind = is_customer ? "Customer" : "Greeting",
                    .object = object,
                    .before = member(request, "oldObject")};
  if (asked.uid.empty() || asked.operation.empty()) return refuse(400, "The request has no uid or no operation.");
  Findings findings;
  if (passes_unseen(request, asked)) return answer(asked, findings);
  if (!object.is_object()) return refuse(400, "The request has no object.");
  if (is_customer && !customers.known()) return refuse(503, "The customers that are there have not been read yet.");
  if (is_customer) check_customer(asked, customers, now, findings);
  else check_greeting(asked, now, findings);
  return answer(asked, findings);
}

} // namespace greeter::webhook
