// Takes many greetings at once: all of them, or none.
#include "base/text.hpp"
#include "greeting/greeting_json.hpp"
#include "http/api/context.hpp"
#include "http/api/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace greeter::api {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t most_faults = 100;

// The lines of a body, read one after the other.
class Lines {
public:
  void read(std::string_view text) {
    for (std::size_t number = 1; !text.empty(); ++number) {
      const auto end = std::min(text.find('\n'), text.size());
      if (const auto line = text.substr(0, end); !is_blank(line)) read_line(number, line);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  std::vector<Greeting> greetings;
  ordered_json errors = ordered_json::array();

private:
  void read_line(std::size_t number, std::string_view line) {
    const auto json = parse_json(line);
    if (!json) return fault(number, {"", "", json.error().message});
    auto read = read_greeting(json.value(), "");
    for (const auto& one : read.faults) fault(number, one);
    const auto [first, fresh] = lines_.try_emplace(read.greeting.id, number);
    if (!fresh)
      return fault(number,
                   {"id", in_quotes(read.greeting.id), fmt::format("line {} has the same; keep one", first->second)});
    if (read.faults.empty()) greetings.push_back(std::move(read.greeting));
  }

  void fault(std::size_t line, const FieldFault& fault) {
    if (errors.size() < most_faults)
      errors.push_back({{"line", line}, {"field", fault.field}, {"value", fault.value}, {"rule", fault.rule}});
  }

  std::map<std::string, std::size_t> lines_;
};

} // namespace

Plan plan_import(const Context& context, const Request& request, std::size_t& created) {
  Query query(request.frame.query);
  const auto dry_run = query.take("dry_run").value_or("false");
  if (dry_run != "true" && dry_run != "false") query.fault("dry_run", dry_run, "use true or false");
  if (auto refused = query.refusal("dry_run")) return {.response = std::move(refused)};
  if (const auto type = media_type(request); type != "application/x-ndjson")
    return {.response = problem(
                415, fmt::format("Content-Type is {}; send application/x-ndjson, a greeting a line", in_quotes(type)))};
  Lines lines;
  lines.read(body_of(request.frame));
  if (!lines.errors.empty()) {
    const auto& first = lines.errors[0];
    const auto detail = fmt::format("Nothing was imported. Line {}: {}", first["line"].get<std::size_t>(),
                                    to_string(FieldFault{first["field"], first["value"], first["rule"]}));
    return {.response = problem(422, detail, {{"errors", lines.errors}})};
  }

  Plan plan;
  const auto& customer = request.customer().id;
  std::size_t fresh = 0, stored = 0, replaced = 0, unchanged = 0;
  for (auto& greeting : lines.greetings) {
    const auto current = context.board.greeting(customer, greeting.id);
    if (current && same_content(*current, greeting)) {
      ++unchanged;
      if (current->origin == Origin::store) // the store has to vouch for it: it may be part of an import that failed
        plan.writes.push_back({Write::Kind::confirm, customer, std::move(greeting), current->revision});
      continue;
    }
    ++(current ? replaced : fresh);
    if (!current || current->origin != Origin::store) ++stored;
    plan.writes.push_back({Write::Kind::put, customer, std::move(greeting), {}});
  }
  if (context.board.stored(customer) + created + stored > context.settings.max_greetings)
    return {.response = problem(
                409,
                fmt::format(
                    "Nothing was imported: that would be more than the {} greetings that GREETER_MAX_GREETINGS allows.",
                    context.settings.max_greetings))};
  Response done{.body =
                    ordered_json{{"created", fresh}, {"replaced", replaced}, {"unchanged", unchanged}}.dump() + "\n",
                .fields = "Cache-Control: no-store\r\n"};
  if (dry_run == "true" || plan.writes.empty()) return {.response = std::move(done)};
  created += stored;
  plan.finish = [done](std::span<const Result<Change>>) { return done; };
  return plan;
}

} // namespace greeter::api
