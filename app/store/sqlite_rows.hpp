// A greeting as columns of a row.
#pragma once
#include "store/sqlite.hpp"
#include "store/store.hpp"

namespace greeter::sqlite {

// The columns of a greeting, in the order of bind_greeting() and greeting_at().
inline constexpr const char* greeting_columns =
    "id, text, description, language, tags, state, starts_at, ends_at, revision, created_at, updated_at";

std::string tags_text(const std::vector<std::string>& tags);

// The greeting whose columns begin at `column`. Nothing: the row makes no sense.
std::optional<Greeting> greeting_at(const Rows& rows, int column);

// Parts of it.
std::uint64_t revision_at(const Rows& rows, int column);
std::optional<Timestamp> created_at(const Rows& rows, int column);

} // namespace greeter::sqlite
