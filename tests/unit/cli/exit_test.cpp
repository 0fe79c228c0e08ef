#include "cli/exit.hpp"

#include <doctest/doctest.h>

using namespace greeter;

TEST_CASE("each status has an exit code of its kind") {
  for (const auto& [status, exit] : std::initializer_list<std::pair<int, Exit>>{{200, exit_ok},
                                                                                {201, exit_ok},
                                                                                {204, exit_ok},
                                                                                {304, exit_failed},
                                                                                {400, exit_usage},
                                                                                {401, exit_not_allowed},
                                                                                {403, exit_not_allowed},
                                                                                {404, exit_not_found},
                                                                                {405, exit_failed},
                                                                                {409, exit_conflict},
                                                                                {412, exit_conflict},
                                                                                {413, exit_invalid},
                                                                                {415, exit_failed},
                                                                                {422, exit_invalid},
                                                                                {428, exit_conflict},
                                                                                {500, exit_failed},
                                                                                {502, exit_unavailable},
                                                                                {503, exit_unavailable},
                                                                                {504, exit_unavailable}}) {
    CAPTURE(status);
    CHECK(exit_of_status(status) == exit);
  }
}
