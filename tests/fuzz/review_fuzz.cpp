// Whatever is sent to the webhook is answered, and nothing is let in that breaks a rule.
#include "check.hpp"

#include "greeting/greeting_json.hpp"
#include "operator/admission.hpp"
#include "operator/objects.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

using namespace greeter;
using namespace greeter::webhook;

namespace {

const control::Customers& known_customers() {
  static control::Customers customers([] {
    auto made_by = control::Template::parse(R"({"classes": {"standard": {"domain": "parcellab.com", "objects": [
      {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "greeter", "namespace": "__CUSTOMER__"}}]}}})");
    fuzz::require(static_cast<bool>(made_by), "a template is read");
    return std::make_shared<const control::Template>(std::move(made_by.value()));
  }());
  static const bool listed = [] {
    const nlohmann::json customer{{"metadata", {{"name", "customer-a"}, {"resourceVersion", "1"}}},
                                  {"spec", {{"name", "A"}, {"greeting", "Hi!"}}}};
    customers.replace({{customer}, "1"});
    return customers.known();
  }();
  fuzz::require(listed, "who is listed is known");
  return customers;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto& customers = known_customers();
  const auto verdict = review(body, customers, *parse_time("2026-12-24T18:00:00Z"));
  fuzz::require(verdict.status == 200 || verdict.status == 400, "a review is answered, or no review");
  const auto answer = nlohmann::json::parse(verdict.body, nullptr, false);
  fuzz::require(answer.is_object(), "the answer is JSON");
  if (verdict.status != 200) return 0;
  const auto& response = answer["response"];
  fuzz::require(response["allowed"] == verdict.allowed, "the answer says what was found");
  fuzz::require(response.contains("status") != verdict.allowed, "who is refused is told why, and nobody else");
  const auto request = nlohmann::json::parse(body)["request"];
  fuzz::require(response["uid"] == request["uid"], "the answer is that to this review");
  if (!verdict.allowed || verdict.operation != "CREATE" || !text_of(request, "subResource").empty()) return 0;
  const auto& spec = member(request["object"], "spec");
  if (verdict.resource == "greetings")
    fuzz::require(read_greeting(spec, "").faults.size() <= 1, "but for its id it is sound");
  else fuzz::require(!customers.made_by()->class_fault(spec), "its class is there");
  return 0;
}
