#include "cli/greeting_edit.hpp"

#include <doctest/doctest.h>

using namespace greeter;
using Json = nlohmann::ordered_json;

TEST_CASE("only what people set is there to edit, with the reasons before it") {
  const auto greeting =
      Json::parse(R"({"id":"a","text":"Hi","description":"","language":null,"tags":["x"],"state":"active",
    "starts_at":null,"ends_at":null,"origin":"store","revision":3,"created_at":"2026-01-01T00:00:00Z","updated_at":null})");
  CHECK(edit_text(editable(greeting), {"one\ntwo"}) ==
        "# one\\ntwo\ntext: Hi\ndescription: \"\"\nlanguage: null\ntags: [x]\nstate: active\nstarts_at: null\nends_at: "
        "null\n");
}

TEST_CASE("assignments become a merge patch") {
  const auto patch = patch_of({"text=a=b", "tags=x,,y", "ends_at=", "language=", "state=retired", "description="});
  REQUIRE(patch);
  CHECK(patch.value() ==
        Json::parse(
            R"({"text":"a=b","tags":["x","y"],"ends_at":null,"language":null,"state":"retired","description":""})"));
  CHECK(patch_of({"tags="}).value() == Json::parse(R"({"tags":[]})"));
  CHECK(patch_of({"txt=a"}).error().message.find("did you mean text?") != std::string::npos);
  CHECK_FALSE(patch_of({"text"}));
  CHECK_FALSE(patch_of({"revision=1"}));
}
