#include "cli/event_stream.hpp"
#include "cli/greetings.hpp"
#include "cli/width.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

namespace greeter {

namespace {

using std::chrono::milliseconds;

// The server says something every 15 s: silence for three times as long is a connection that nobody serves any more.
constexpr auto longest_silence = std::chrono::seconds(45);
constexpr milliseconds shortest_pause{500}, longest_pause{30'000};

struct Options {
  ConnectionOptions connection;
  Output output = Output::table;
  std::string after;
  std::size_t count = 0; // 0: for ever
};

void say_event(const ServerEvent& event, Output output) {
  auto data = Json::parse(event.data, nullptr, false);
  if (data.is_discarded()) data = event.data;
  if (output == Output::json) {
    const Json line{{"id", event.id}, {"event", event.type}, {"data", std::move(data)}};
    return say(harmless_json(line.dump(-1, ' ', false, Json::error_handler_t::replace)) + '\n');
  }
  if (output == Output::yaml) {
    say("---\n");
    return say_value(Json{{"id", event.id}, {"event", event.type}, {"data", std::move(data)}}, output);
  }
  if (event.type == "reset")
    return say(one_line(fmt::format("{:>6}  reset   read everything anew: {}", event.id, cell(data, "reason"))) + '\n');
  say(one_line(fmt::format("{:>6}  {:<6}  {}  {}  \"{}\"", event.id, event.type, cell(data, "id"), cell(data, "state"),
                           cell(data, "text"))) +
      '\n');
}

// Follows a stream, and connects anew wherever it was lost.
class Watcher {
public:
  Watcher(const Api& api, const Options& options) : api_(api), options_(options) {}

  int run() {
    for (auto pause = shortest_pause;; pause = std::min(pause * 2, longest_pause)) {
      const bool was_connected = std::exchange(heard_, false);
      const auto answer = follow();
      if (enough_) return exit_ok;
      connected_once_ = connected_once_ || heard_;
      const bool may_pass = answer.ok() || answer.exit == exit_unavailable;
      if (!may_pass || !connected_once_) return complain_of(answer, api_, false);
      if (heard_ || was_connected) pause = milliseconds(stream_.retry_ms().value_or(shortest_pause.count()));
      pause = std::clamp(pause, milliseconds(1), longest_pause);
      tell_of_loss(answer, pause);
      std::this_thread::sleep_for(pause);
    }
  }

private:
  Answer follow() {
    stream_.restart();
    Api::Call call{.path = "/greetings/events", .headers = {{"Accept", "text/event-stream"}}};
    if (!stream_.last_id().empty()) call.headers.emplace_back("Last-Event-ID", stream_.last_id());
    else if (!options_.after.empty()) call.query = {{"after", options_.after}};
    return api_.ask(call, [this](std::string_view piece) { return take(piece); }, longest_silence);
  }

  bool take(std::string_view piece) {
    heard_ = true;
    return stream_.feed(piece, [this](const ServerEvent& event) {
      say_event(event, options_.output);
      enough_ = ++seen_ == options_.count;
      return !enough_;
    });
  }

  void tell_of_loss(const Answer& answer, milliseconds pause) const {
    const auto why =
        answer.ok() ? "the server has ended the stream" : answer.message.substr(0, answer.message.find('\n'));
    const bool blind = stream_.last_id().empty() && options_.after.empty();
    complain(fmt::format("{}; trying again in {} s{}", why, static_cast<double>(pause.count()) / 1000,
                         blind ? " (changes until then are not shown: none came yet to go on from)" : ""));
  }

  const Api& api_;
  const Options& options_;
  EventStream stream_;
  std::size_t seen_ = 0;
  bool heard_ = false, connected_once_ = false, enough_ = false;
};

} // namespace

void add_greetings_watch(Commands& commands, CLI::App& group) {
  const auto options = std::make_shared<Options>();
  auto& command = commands.add(group, "watch", "show changes as they happen, a line each", [options] {
    return for_each_target(options->connection, [&](const Api& api, bool) { return Watcher(api, *options).run(); });
  });
  command.add_option("--after", options->after, "begin with the change after this one (now)")
      ->type_name("N")
      ->check([](const std::string& text) {
        return text.find_first_not_of("0123456789") == std::string::npos ? "" : "is a whole number";
      });
  command.add_option("--count", options->count, "end after so many (never)")->type_name("N");
  add_output(command, options->output);
  add_connection(command, options->connection);
}

} // namespace greeter
