#include "cli/output.hpp"

#include "base/text.hpp"
#include "cli/width.hpp"
#include "cli/yaml.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include <sys/ioctl.h>
#include <unistd.h>

namespace greeter {

void add_output(CLI::App& app, Output& output) {
  const std::map<std::string, Output> known{{"table", Output::table}, {"json", Output::json}, {"yaml", Output::yaml}};
  app.add_option("--output", output, "how to show it (table)")
      ->type_name("table|json|yaml")
      ->transform(CLI::CheckedTransformer(known).description(""))
      ->group(output_group);
}

void say(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return;
  if (errno != EPIPE) complain(fmt::format("standard output can't be written: {}", std::strerror(errno)));
  ::_exit(errno == EPIPE ? 128 + SIGPIPE : exit_failed);
}

void complain(std::string_view message) {
  std::string safe;
  for (;;) { // its line ends are ours, all else may be anybody's
    const auto end = message.find('\n');
    safe += one_line(message.substr(0, end)) + '\n';
    if (end == std::string_view::npos) break;
    message.remove_prefix(end + 1);
  }
  std::fputs(("greeter: " + safe).c_str(), stderr);
}

void say_value(const Json& value, Output output) {
  if (output == Output::yaml) return say(to_yaml(value));
  say(harmless_json(value.dump(2, ' ', false, Json::error_handler_t::replace)) + '\n');
}

void say_table(const Table& table) { say(to_text(table, terminal_width(), colours())); }

std::optional<std::size_t> terminal_width() {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  if (const char* const columns = std::getenv("COLUMNS"); columns && terminal)
    if (const auto number = parse_number(columns); number.value_or(0) > 0) return number;
  winsize size{};
  if (!terminal || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return size.ws_col;
}

bool colours() {
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const term = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && !(no_color && *no_color) && !(term && std::string_view(term) == "dumb");
}

} // namespace greeter
