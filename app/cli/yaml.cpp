#include "cli/yaml.hpp"

#include "base/text.hpp"
#include "cli/width.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace greeter {

namespace {

using Json = nlohmann::ordered_json;

// Deeper than any greeting; a bomb of brackets or aliases ends here.
constexpr int most_levels = 32;
constexpr std::size_t most_values = 2'000'000;

// Words of letters, '-', '_' and digits that begin with a letter, and that YAML 1.1 does not take for a boolean or
// null.
bool is_plain(const std::string& text) {
  static constexpr std::array<std::string_view, 10> taken{"true", "false", "yes", "no",   "on",
                                                          "off",  "y",     "n",   "null", "nan"};
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && letter(text[0]) && std::all_of(text.begin(), text.end(), [&](char c) {
    return letter(c) || c == '-' || c == '_' || (c >= '0' && c <= '9');
  }) && std::find(taken.begin(), taken.end(), to_lower(text)) == taken.end();
}

void emit(YAML::Emitter& out, const Json& value) {
  if (value.is_object()) {
    if (value.empty()) out << YAML::Flow;
    out << YAML::BeginMap;
    for (const auto& [key, member] : value.items()) {
      if (is_plain(key)) out << YAML::Key << key;
      else out << YAML::Key << YAML::DoubleQuoted << key;
      out << YAML::Value;
      emit(out, member);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    const bool short_list =
        std::all_of(value.begin(), value.end(), [](const Json& item) { return !item.is_structured(); });
    out << (short_list ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
    for (const auto& item : value) emit(out, item);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (is_plain(text)) out << text;
    else out << YAML::DoubleQuoted << text;
  } else if (value.is_null()) {
    out << YAML::Null;
  } else {
    out << value.dump(); // booleans and numbers look the same in both
  }
}

bool is_in(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What a scalar without quotes is.
Json plain_scalar(const std::string& text) {
  if (is_in(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (is_in(text, {"true", "True", "TRUE"})) return true;
  if (is_in(text, {"false", "False", "FALSE"})) return false;
  const auto* const end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto [stop, error] = std::from_chars(text.data(), end, whole); error == std::errc{} && stop == end)
    return whole;
  double number = 0;
  const bool digits = text.find_first_not_of("+-.0123456789eE") == std::string::npos;
  if (const auto [stop, error] = std::from_chars(text.data(), end, number);
      digits && error == std::errc{} && stop == end && std::isfinite(number))
    return number;
  return text;
}

class Converter {
public:
  Json convert(const YAML::Node& node, int level = 0) {
    if (level > most_levels || ++values_ > most_values)
      throw YAML::RepresentationException(node.Mark(), "it is nested too deeply, or too large");
    if (node.IsMap()) return map(node, level);
    if (node.IsSequence()) {
      auto list = Json::array();
      for (const auto& item : node) list.push_back(convert(item, level + 1));
      return list;
    }
    if (!node.IsScalar()) return nullptr;
    const bool quoted = node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str";
    return quoted ? Json(node.Scalar()) : plain_scalar(node.Scalar());
  }

private:
  Json map(const YAML::Node& node, int level) {
    auto object = Json::object();
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) throw YAML::RepresentationException(entry.first.Mark(), "a key is no text");
      const auto& key = entry.first.Scalar();
      if (object.contains(key))
        throw YAML::RepresentationException(entry.first.Mark(), in_quotes(key) + " is set twice; keep one");
      object[key] = convert(entry.second, level + 1);
    }
    return object;
  }

  std::size_t values_ = 0;
};

} // namespace

std::string to_yaml(const nlohmann::ordered_json& value) {
  YAML::Emitter out;
  out.SetNullFormat(YAML::LowerNull);
  emit(out, value);
  return harmless_json(out.c_str()) + '\n';
}

Result<nlohmann::ordered_json> parse_yaml(std::string_view text, const std::string& name) {
  if (!is_utf8(text)) return Error{ErrorCode::invalid, name + " is not UTF-8"};
  try {
    return Converter().convert(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& e) {
    return Error{ErrorCode::invalid, fmt::format("{}:{}: {}", name, std::max(e.mark.line, 0) + 1, one_line(e.msg))};
  }
}

} // namespace greeter
