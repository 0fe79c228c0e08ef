// The tables of a store's file, and how older files become like them.
#pragma once
#include "store/sqlite.hpp"

#include <span>

namespace greeter::sqlite {

// Stands in the header of every file of ours: "Grtr".
inline constexpr std::int32_t application_id = 0x47727472;

// Step n makes version n + 1 (PRAGMA user_version) of version n. Version 0 is an empty file. Steps are never changed
// once they are released: a new version is a new step.
std::span<const char* const> schema_steps();

// Refuses files of other programs and of newer versions, untouched. An empty file passes.
std::optional<Error> check_belongs(const Connection& connection, const std::string& file,
                                   std::span<const char* const> steps = schema_steps());

// Makes the newest version of it, all steps or none. The file has passed check_belongs().
std::optional<Error> migrate(Connection& connection, std::span<const char* const> steps = schema_steps());

// Looks for damage. At every start: all pages and rows, but not whether the index says the same as its table
// (quick_check), for that takes several times as long, and the log of changes alone has an index. For backups: that
// too.
enum class Thorough : std::uint8_t { no, yes };
std::optional<Error> check_sound(const Connection& connection, const std::string& file,
                                 Thorough thorough = Thorough::no);

} // namespace greeter::sqlite
