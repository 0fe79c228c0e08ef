#include "cli/import_file.hpp"

#include "base/text.hpp"
#include "cli/yaml.hpp"
#include "greeting/greeting_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace greeter {

namespace {

using Json = nlohmann::ordered_json;

ImportFile lines_of(std::string_view text) {
  ImportFile file;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!is_blank(line)) file.entries.push_back({number, std::string(line)});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return file;
}

Result<ImportFile> list_of(const Json& list, const std::string& name) {
  ImportFile file;
  file.unit = "greeting";
  if (list.is_null()) return file;
  if (!list.is_array() && !list.is_object())
    return Error{ErrorCode::invalid, name + " holds no greetings; write a list of them, or one JSON object a line"};
  if (list.is_object()) file.entries.push_back({1, list.dump(-1, ' ', false, Json::error_handler_t::replace)});
  else
    for (const auto& item : list)
      file.entries.push_back({file.entries.size() + 1, item.dump(-1, ' ', false, Json::error_handler_t::replace)});
  return file;
}

bool begins_with_object(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && text[begin] == '{';
}

// Nothing but white space follows the first line that holds something.
bool is_one_line(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  return text.find('\n', begin) >= text.find_last_not_of(" \t\r\n");
}

} // namespace

Result<ImportFile> parse_import(std::string_view text, const std::string& name) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (!is_utf8(text)) return Error{ErrorCode::invalid, name + " is not UTF-8"};
  if (const auto whole = Json::parse(text, nullptr, false);
      !whole.is_discarded() && !(whole.is_object() && is_one_line(text)))
    return list_of(whole, name);
  if (begins_with_object(text)) return lines_of(text);
  const auto yaml = parse_yaml(text, name);
  if (!yaml) return yaml.error();
  return list_of(yaml.value(), name);
}

std::vector<std::string> check_import(const ImportFile& file) {
  std::vector<std::string> faults;
  std::unordered_map<std::string, std::size_t> seen;
  for (const auto& entry : file.entries) {
    const auto fault = [&](std::string_view what) {
      faults.push_back(fmt::format("{} {}: {}", file.unit, entry.place, what));
    };
    const auto json = nlohmann::json::parse(entry.line, nullptr, false);
    if (json.is_discarded()) {
      fault("is no JSON object");
      continue;
    }
    const auto read = read_greeting(json, "");
    for (const auto& wrong : read.faults) fault(to_string(wrong));
    if (!read.faults.empty()) continue;
    if (const auto [first, is_new] = seen.emplace(read.greeting.id, entry.place); !is_new)
      fault(fmt::format("id {} is that of {} {} already", in_quotes(read.greeting.id), file.unit, first->second));
  }
  return faults;
}

std::size_t piece_of(std::span<const ImportFile::Entry> entries, std::size_t most_bytes) {
  std::size_t count = 0, bytes = 0;
  for (const auto& entry : entries) {
    bytes += entry.line.size() + 1;
    if (count > 0 && bytes > most_bytes) break;
    ++count;
  }
  return count;
}

std::string body_of(std::span<const ImportFile::Entry> entries) {
  std::string body;
  for (const auto& entry : entries) (body += entry.line) += '\n';
  return body;
}

} // namespace greeter
