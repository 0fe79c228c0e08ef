#include "greeting/greeting_json.hpp"

#include "base/text.hpp"
#include "greeting/language.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <span>

namespace greeter {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 8> written{"id",   "text",  "description", "language",
                                                  "tags", "state", "starts_at",   "ends_at"};
constexpr std::array<std::string_view, 4> read_only{"origin", "revision", "created_at", "updated_at"};

// An object's members where they are: no value is copied, which for one that is nested deep would go as deep.
using Members = std::map<std::string_view, const json*, std::less<>>;

bool contains(std::span<const std::string_view> list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

template <class Json> Json time_or_null(const std::optional<Timestamp>& time) {
  return time ? Json(to_text(*time)) : Json(nullptr);
}

Members members_of(const json& object) {
  Members members;
  for (const auto& [name, value] : object.get_ref<const json::object_t&>()) members.emplace(name, &value);
  return members;
}

FieldFault no_object(const json& value) { return {"greeting", excerpt(value), "use a JSON object"}; }

class Reader {
public:
  Reader(const Members& members, GreetingRead& out) : members_(members), out_(out) {}

  void read(std::string_view id) {
    refuse_unknown();
    read_id(id);
    required_text(out_.greeting.text);
    optional_text("description", out_.greeting.description);
    optional_text("language", out_.greeting.language);
    read_tags();
    read_state();
    read_time("starts_at", out_.greeting.starts_at);
    read_time("ends_at", out_.greeting.ends_at);
    add_broken_rules();
    bring_into_form();
  }

private:
  // Null where the member is not there or is null.
  const json* find(std::string_view name) const {
    const auto found = members_.find(name);
    return found == members_.end() || found->second->is_null() ? nullptr : found->second;
  }

  void fault(std::string field, const json& value, std::string rule) {
    out_.faults.push_back({std::move(field), excerpt(value), std::move(rule)});
  }

  void refuse_unknown() {
    for (const auto& [name, value] : members_) {
      if (contains(written, name) || contains(read_only, name)) continue;
      const auto meant = name.size() < 32 ? nearest(name, written) : std::string_view(); // its time grows with the name
      const auto quoted = excerpt(json(name));
      const bool odd = quoted.size() != name.size() + 2 || name.empty();
      fault(odd ? quoted : std::string(name), *value,
            meant.empty() ? fmt::format("leave it out: a greeting has {}", fmt::join(written, ", "))
                          : fmt::format("did you mean {}?", meant));
    }
  }

  void read_id(std::string_view id) {
    const auto* value = find("id");
    if (value && !value->is_string()) fault("id", *value, "use text");
    else if (value && !id.empty() && value->get_ref<const std::string&>() != id)
      fault("id", *value, fmt::format("use {}, or leave it out", in_quotes(id)));
    else if (!value && id.empty())
      out_.faults.push_back({"id", "", "name the greeting with 1 to 63 of a-z, 0-9 and -"});
    out_.greeting.id = id.empty() && value && value->is_string() ? value->get<std::string>() : std::string(id);
  }

  void required_text(std::string& text) {
    if (find("text")) return optional_text("text", text);
    const bool is_null = members_.contains("text");
    out_.faults.push_back({"text", is_null ? "null" : "", fmt::format("use 1 to {} characters", GreetingLimits::text)});
  }

  void optional_text(std::string_view name, std::string& text) {
    const auto* value = find(name);
    if (value && value->is_string()) text = value->get<std::string>();
    else if (value) fault(std::string(name), *value, "use text");
  }

  void read_tags() {
    const auto* value = find("tags");
    if (!value) return;
    if (!value->is_array()) return fault("tags", *value, "use a list of texts");
    if (value->size() > GreetingLimits::tags)
      return fault("tags", *value, fmt::format("use at most {} tags", GreetingLimits::tags));
    for (const auto& tag : *value) {
      const bool is_text = tag.is_string();
      if (!is_text) fault(fmt::format("tags[{}]", out_.greeting.tags.size()), tag, "use text");
      out_.greeting.tags.push_back(is_text ? tag.get<std::string>() : "-"); // the others keep their places
    }
  }

  void read_state() {
    const auto* value = find("state");
    if (!value) return;
    const auto name = value->is_string() ? value->get<std::string>() : std::string();
    const auto* const found = std::find(state_names.begin(), state_names.end(), name);
    if (found == state_names.end())
      return fault("state", *value, fmt::format("use one of {}", fmt::join(state_names, ", ")));
    out_.greeting.state = static_cast<State>(found - state_names.begin());
  }

  void read_time(std::string_view name, std::optional<Timestamp>& time) {
    const auto* value = find(name);
    if (!value) return;
    if (value->is_string()) time = parse_time(value->get_ref<const std::string&>());
    if (!time)
      fault(std::string(name), *value, "use a time like \"2026-12-24T00:00:00+01:00\" (RFC 3339), or leave it out");
  }

  // Those of a field that is not even of the right form would tell of a default nobody wrote.
  void add_broken_rules() {
    const auto of_form = out_.faults;
    for (auto& broken : check(out_.greeting))
      if (std::none_of(of_form.begin(), of_form.end(), [&](const FieldFault& f) { return f.field == broken.field; }))
        out_.faults.push_back(std::move(broken));
  }

  void bring_into_form() {
    if (!out_.faults.empty()) return;
    out_.greeting.language = canonical_language(out_.greeting.language);
    auto& tags = out_.greeting.tags;
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  }

  const Members& members_;
  GreetingRead& out_;
};

} // namespace

nlohmann::ordered_json to_json(const Greeting& g) {
  using Json = nlohmann::ordered_json;
  return {{"id", g.id},
          {"text", g.text},
          {"description", g.description},
          {"language", g.language.empty() ? Json(nullptr) : Json(g.language)},
          {"tags", g.tags},
          {"state", state_names[static_cast<std::size_t>(g.state)]},
          {"starts_at", time_or_null<Json>(g.starts_at)},
          {"ends_at", time_or_null<Json>(g.ends_at)},
          {"origin", origin_names[static_cast<std::size_t>(g.origin)]},
          {"revision", g.revision},
          {"created_at", time_or_null<Json>(g.created_at)},
          {"updated_at", time_or_null<Json>(g.updated_at)}};
}

GreetingRead read_greeting(const json& value, std::string_view id) {
  GreetingRead out;
  if (!value.is_object()) {
    out.greeting.id = id;
    out.faults.push_back(no_object(value));
    return out;
  }
  const auto members = members_of(value);
  Reader(members, out).read(id);
  return out;
}

GreetingRead patch_greeting(const Greeting& greeting, const json& patch) {
  GreetingRead out;
  if (!patch.is_object()) {
    out.greeting = greeting;
    out.faults.push_back(no_object(patch));
    return out;
  }
  const json before = to_json(greeting);
  auto members = members_of(before);
  // No member of a greeting is an object, so that none is merged into: RFC 7396 replaces or removes them.
  for (const auto& [name, value] : members_of(patch))
    if (value->is_null()) members.erase(name);
    else members[name] = value;
  Reader(members, out).read(greeting.id);
  out.greeting.origin = greeting.origin;
  out.greeting.revision = greeting.revision;
  out.greeting.created_at = greeting.created_at;
  out.greeting.updated_at = greeting.updated_at;
  return out;
}

} // namespace greeter
