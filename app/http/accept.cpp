#include "http/accept.hpp"

#include "base/text.hpp"
#include "http/framing.hpp"

#include <algorithm>

namespace greeter {

namespace {

// 0 to 1000; what makes no sense is 0.
int quality(std::string_view parameters) {
  for (auto rest = parameters; !rest.empty();) {
    const auto end = std::min(rest.find(';'), rest.size());
    const auto parameter = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (parameter.size() < 3 || !iequals(parameter.substr(0, 2), "q=")) continue;
    int thousandths = parameter[2] == '1' ? 1000 : 0;
    for (std::size_t i = 4, unit = 100; i < std::min<std::size_t>(parameter.size(), 7); ++i, unit /= 10)
      if (parameter[i] >= '0' && parameter[i] <= '9') thousandths += static_cast<int>(unit) * (parameter[i] - '0');
    return std::min(thousandths, 1000);
  }
  return 1000;
}

// Of the most specific range that names the type; -1: none does.
struct Preference {
  int specificity = 0;
  int quality = -1;

  void consider(int how_specific, int how_good) {
    if (how_specific < specificity) return;
    quality = how_specific == specificity ? std::max(quality, how_good) : how_good;
    specificity = how_specific;
  }
};

} // namespace

bool prefers_html(std::string_view accept) {
  Preference html, json;
  while (!accept.empty()) {
    const auto end = std::min(accept.find(','), accept.size());
    const auto range = accept.substr(0, end);
    accept.remove_prefix(std::min(end + 1, accept.size()));
    const auto semicolon = std::min(range.find(';'), range.size());
    const auto type = trim(range.substr(0, semicolon));
    const int good = quality(range.substr(semicolon));
    if (iequals(type, "text/html")) html.consider(3, good);
    else if (iequals(type, "text/*")) html.consider(2, good);
    else if (iequals(type, "application/json")) json.consider(3, good);
    else if (iequals(type, "application/*")) json.consider(2, good);
    else if (type == "*/*") {
      html.consider(1, good);
      json.consider(1, good);
    }
  }
  return html.quality > 0 &&
         (html.quality > json.quality || (html.quality == json.quality && html.specificity > json.specificity));
}

} // namespace greeter
