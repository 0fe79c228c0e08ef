#include "store/kubernetes/objects.hpp"

#include <doctest/doctest.h>

using namespace greeter;
using namespace greeter::kubernetes;

namespace {

Timestamp at(const char* text) { return parse_time(text).value(); }

Greeting whole() {
  Greeting greeting;
  greeting.id = "christmas";
  greeting.text = "Frohe Weihnachten! 🎄";
  greeting.description = "Für die Feiertage";
  greeting.language = "de-AT";
  greeting.tags = {"a", "b"};
  greeting.state = State::draft;
  greeting.starts_at = at("2026-12-24T00:00:00Z");
  greeting.ends_at = at("9999-12-31T23:59:59.999Z");
  greeting.created_at = at("2026-11-01T10:00:00.123Z");
  greeting.updated_at = at("2026-11-02T10:00:00.456Z");
  return greeting;
}

// As an API server has it.
Json object_of(const std::string& name, const Json& spec, const char* version = "7") {
  return {{"apiVersion", "greeter.parcellab.com/v1alpha1"},
          {"kind", "Greeting"},
          {"metadata",
           {{"name", name},
            {"namespace", "space"},
            {"resourceVersion", version},
            {"generation", 3},
            {"creationTimestamp", "2026-01-01T00:00:00Z"}}},
          {"spec", spec}};
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("a greeting comes back from its object as it was") {
  auto object = new_object("customer-a.christmas", whole());
  object["metadata"]["resourceVersion"] = "42";
  const auto seen = read_object(object, "space");
  CHECK(seen.fault.empty());
  CHECK(seen.name == "customer-a.christmas");
  CHECK(seen.version == 42);
  CHECK(seen.stored.customer == "customer-a");
  auto expected = whole();
  expected.revision = 42;
  CHECK(seen.stored.greeting == expected);
}

TEST_CASE("what is not set is left out of a new object, and taken away by a patch") {
  Greeting greeting;
  greeting.id = "x";
  greeting.text = "Hi";
  const auto object = new_object("x", greeting);
  CHECK_FALSE(object["spec"].contains("language"));
  CHECK_FALSE(object["spec"].contains("starts_at"));
  const auto patch = patch_of(9, greeting);
  CHECK(patch["metadata"]["resourceVersion"] == "9");
  for (const auto* const field : {"language", "starts_at", "ends_at"}) {
    REQUIRE(patch["spec"].contains(field));
    CHECK(patch["spec"][field].is_null());
  }
}

TEST_CASE("an object is named by the id where the namespace is the customer, else by both") {
  CHECK(name_of("customer-a", "customer-a", "x") == "x");
  CHECK(name_of("shared", "customer-a", "x") == "customer-a.x");
  CHECK(read_object(object_of("x", {{"text", "Hi"}}), "space").stored.customer == "space");
  CHECK(read_object(object_of("a.x", {{"text", "Hi"}}), "space").stored.customer == "a");
  CHECK(holds(read_object(object_of("space.x", {{"text", "Hi"}}), "space").fault, "leave space. out"));
  CHECK(holds(read_object(object_of("a.b.x", {{"text", "Hi"}}), "space").fault, "CUSTOMER.ID"));
}

TEST_CASE("what kubectl made has its times from the API server, and ours go before") {
  auto object = object_of("x", {{"text", "Hi"}});
  auto& metadata = object["metadata"];
  const auto times = [&] {
    const auto greeting = read_object(object, "space").stored.greeting;
    return to_text(*greeting.created_at) + " " + to_text(*greeting.updated_at);
  };
  CHECK(times() == "2026-01-01T00:00:00Z 2026-01-01T00:00:00Z");
  metadata["managedFields"] = {{{"manager", "kubectl-edit"}, {"time", "2026-02-01T00:00:00Z"}},
                               {{"manager", "kubectl"}, {"time", "2026-03-01T00:00:00Z"}, {"subresource", "status"}},
                               {{"manager", "greeter"}, {"time", "2026-04-01T00:00:00Z"}}};
  CHECK(times() == "2026-01-01T00:00:00Z 2026-02-01T00:00:00Z");
  metadata["annotations"] = {{"greeter.parcellab.com/created-at", "2025-12-01T00:00:00.5Z"},
                             {"greeter.parcellab.com/updated-at", "2026-01-05T00:00:00Z"}};
  CHECK(times() == "2025-12-01T00:00:00.500Z 2026-02-01T00:00:00Z");
  metadata["annotations"]["greeter.parcellab.com/updated-at"] = "2026-02-01T00:00:00.7Z";
  CHECK(times() == "2025-12-01T00:00:00.500Z 2026-02-01T00:00:00.700Z");
}

TEST_CASE("an object that breaks a rule says which, and its status says so until it is mended") {
  auto object = object_of("x", {{"text", " "}, {"tags", {"A"}}});
  const auto broken = read_object(object, "space");
  CHECK(holds(broken.fault, "spec.text is \" \": use 1 to 1000 characters"));
  CHECK(holds(broken.fault, "; spec.tags[0] is \"A\""));
  CHECK(broken.complaint.empty());
  object["status"] = status_of(broken, "space", at("2026-05-01T00:00:00.5Z"))["status"];
  const auto& condition = object["status"]["conditions"][0];
  CHECK(condition["type"] == "Accepted");
  CHECK(condition["status"] == "False");
  CHECK(condition["observedGeneration"] == 3);
  CHECK(condition["lastTransitionTime"] == "2026-05-01T00:00:00Z");
  CHECK(read_object(object, "space").complaint == broken.fault);
  CHECK(read_object(object, "space").judged == 3);

  object["spec"] = {{"text", "Hi"}};
  const auto mended = read_object(object, "space");
  CHECK(mended.fault.empty());
  CHECK(mended.complaint == broken.fault);
  object["status"] = status_of(mended, "space", at("2026-05-01T00:00:00Z"))["status"];
  CHECK(read_object(object, "space").complaint.empty());
}

TEST_CASE("an object that is being deleted is there no more, and whatever else comes is no greeting") {
  auto going = object_of("x", {{"text", "Hi"}});
  going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  CHECK(read_object(going, "space").going);
  CHECK_FALSE(read_object(going, "space").fault.empty());
  for (const auto& object : {Json(), Json(3), Json::array({1}), Json::object(), object_of("x", nullptr),
                             object_of("x", Json::array()), object_of("", {{"text", "Hi"}}),
                             Json{{"metadata", {{"name", "x"}, {"managedFields", 3}, {"annotations", {1}}}}}})
    CHECK_FALSE(read_object(object, "space").fault.empty());
  CHECK(version_of(object_of("x", {}, "x7")) == 0);
}
