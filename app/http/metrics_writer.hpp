// Writes Prometheus' text format, family by family.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace greeter {

class MetricsWriter {
public:
  // What follows are its samples.
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
  }
  // `labels` as they stand in the braces; their values went through metric_label() where they may hold anything.
  template <class Value> void sample(const Value& value, std::string_view labels = {}, std::string_view suffix = {}) {
    text_ += labels.empty() ? fmt::format("{}{} {}\n", name_, suffix, value)
                            : fmt::format("{}{}{{{}}} {}\n", name_, suffix, labels, value);
  }
  template <class Value>
  void single(std::string_view name, std::string_view type, std::string_view help, const Value& value) {
    family(name, type, help);
    sample(value);
  }
  std::string take() { return std::move(text_); }

private:
  std::string_view name_;
  std::string text_;
};

// As the format wants label values: backslash, quote and line end escaped.
std::string metric_label(std::string_view value);

// What every process of this program tells: its version, and what it takes of the machine.
void write_process(MetricsWriter& writer);

} // namespace greeter
