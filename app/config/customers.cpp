#include "config/customers.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

namespace greeter {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t max_file_bytes = 1'048'576; // no ConfigMap takes more

ValuesFile read_file(const fs::path& path, std::string_view default_domain) {
  const auto refuse = [&](std::string message) {
    return ValuesFile{.file = path.string(), .faults = {{path.string(), 1, std::move(message)}}};
  };
  std::error_code error;
  if (const auto size = fs::file_size(path, error); !error && size > max_file_bytes)
    return refuse(fmt::format("is {} bytes long; a customer's file has at most {}", size, max_file_bytes));
  const std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream || stream.bad()) return refuse("can't be read; give the user that runs this the right to read it");
  return parse_values(text.str(), path.string(), default_domain);
}

// Whoever comes first in the order of files has a name or host; a later one is the fault.
class Owners {
public:
  explicit Owners(std::vector<Fault>& faults) : faults_(faults) {}

  void claim(const std::string& kind, const std::string& value, const ValuesFile& by, std::size_t line) {
    const auto [owner, fresh] = owners_.try_emplace(kind + "\n" + value, fmt::format("{}:{}", by.file, line));
    if (!fresh)
      faults_.push_back({by.file, line,
                         fmt::format("{} {} is already that of {}; give each customer its own", kind, in_quotes(value),
                                     owner->second)});
  }

private:
  std::vector<Fault>& faults_;
  std::map<std::string, std::string> owners_;
};

} // namespace

std::vector<fs::path> values_files(const fs::path& folder, std::vector<Fault>& faults) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const auto& path = entry->path();
    const auto name = path.filename().string();
    std::error_code not_asked;
    if (name.starts_with('.') || fs::is_directory(path, not_asked)) continue;
    const auto ending = to_lower(path.extension().string());
    if (path.extension() == ".yaml") files.push_back(path);
    else if (ending == ".yaml" || ending == ".yml")
      faults.push_back({path.string(), 1, fmt::format("would be left out; name it {}.yaml", path.stem().string())});
  }
  if (error)
    faults.push_back({folder.string(), 1, "can't be read; give the user that runs this the right to read the folder"});
  std::sort(files.begin(), files.end());
  return files;
}

CustomerFiles read_customers(const fs::path& path, std::string_view default_domain) {
  CustomerFiles out;
  std::error_code error;
  const auto files = fs::is_directory(path, error) ? values_files(path, out.faults) : std::vector{path};
  Owners owners(out.faults);
  for (const auto& file : files) {
    auto values = read_file(file, default_domain);
    const bool sound = values.faults.empty();
    out.faults.insert(out.faults.end(), values.faults.begin(), values.faults.end());
    if (!values.customer.name.empty()) owners.claim("customer.name", values.customer.name, values, values.name_line);
    for (std::size_t i = 0; i < values.customer.hosts.size(); ++i)
      owners.claim("host", values.customer.hosts[i], values, values.host_lines[i]);
    if (!values.customer.hosts.empty()) owners.claim("host", local_host(values.customer), values, 1);
    if (sound) out.customers.push_back(std::move(values.customer));
  }
  std::stable_sort(out.faults.begin(), out.faults.end(),
                   [](const Fault& a, const Fault& b) { return std::tie(a.file, a.line) < std::tie(b.file, b.line); });
  return out;
}

std::string to_string(const Fault& fault) { return fmt::format("{}:{}: {}", fault.file, fault.line, fault.message); }

} // namespace greeter
