#include "http/api/lane.hpp"

#include <doctest/doctest.h>

using namespace greeter;

namespace {

std::string said(ErrorCode code, std::size_t done, std::size_t count) {
  const auto response = api::store_failed(code, done, count);
  CHECK(response.status == 503);
  return response.body;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("a store that fails is not said to have changed nothing where it did") {
  CHECK(has(said(ErrorCode::unavailable, 0, 3), "nothing was changed"));
  CHECK(has(said(ErrorCode::internal, 0, 1), "nothing was changed"));
  CHECK(has(said(ErrorCode::unavailable, 2, 3), "2 of 3 were written"));
  CHECK_FALSE(has(said(ErrorCode::unavailable, 2, 3), "nothing"));
  CHECK(has(said(ErrorCode::uncertain, 0, 1), "has not said"));
}
