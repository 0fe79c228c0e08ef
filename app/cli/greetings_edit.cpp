#include "cli/editor.hpp"
#include "cli/greeting_edit.hpp"
#include "cli/greetings.hpp"
#include "cli/yaml.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include <unistd.h>

namespace greeter {

namespace {

struct Options {
  ConnectionOptions connection;
  std::string id;
  std::vector<std::string> assignments;
};

// `there` is what was seen: the change is made to just that.
int patch(const Api& api, const std::string& id, const Json& patch) {
  const auto there = api.get(id);
  if (!there.ok()) return complain_of(there, api, false);
  const auto answer = api.ask({.method = "PATCH",
                               .path = path_of(id),
                               .headers = {{"If-Match", there.etag}},
                               .body = patch.dump(),
                               .content_type = "application/merge-patch+json"});
  if (!answer.ok()) return complain_of(answer, api, false);
  const auto revision = answer.number("revision");
  say(fmt::format("{} {}, revision {}\n", id, revision == there.number("revision") ? "unchanged" : "changed",
                  revision.value_or(0)));
  return exit_ok;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (;;) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

std::string without_comments(const std::string& text) {
  std::string rest;
  for (const auto& line : lines_of(text))
    if (!line.starts_with('#')) rest += line + '\n';
  while (rest.ends_with("\n\n")) rest.pop_back(); // the same text each time it goes round
  return rest;
}

// One greeting in an editor, over and over until the server takes it or the person gives up.
class Session {
public:
  Session(const Api& api, std::string id, EditedFile file) : api_(api), id_(std::move(id)), file_(std::move(file)) {}

  int run() {
    const auto there = api_.get(id_);
    if (!there.ok()) return complain_of(there, api_, false);
    see(there);
    shown_ = edit_text(editable(there.body), comments({}));
    for (std::string last = without_comments(shown_);;) {
      const auto edited = file_.edit(shown_);
      if (!edited) return give_up(edited.error().message, exit_failed, true);
      auto text = without_comments(edited.value());
      if (text.find_first_not_of(" \n\t\r") == std::string::npos || text == last)
        return give_up(refused_ == exit_ok ? id_ + " unchanged" : id_ + " is as it was: nothing more was changed",
                       refused_, refused_ != exit_ok);
      last = std::move(text);
      if (send(last)) return exit_ok;
    }
  }

private:
  void see(const Answer& there) {
    etag_ = there.etag;
    seen_ = editable(there.body);
  }

  std::vector<std::string> comments(const std::vector<std::string>& reasons) const {
    std::vector<std::string> lines = reasons;
    if (!lines.empty()) lines.emplace_back();
    lines.push_back(
        fmt::format("Greeting {}, revision {}. Save and close to change it; leave it as it is to cancel.", id_, etag_));
    return lines;
  }

  // True: it is done. Else the next text to show says why not.
  bool send(const std::string& text) {
    const auto content = parse_yaml(text, "the text");
    if (!content) return again(text, lines_of(content.error().message), exit_invalid);
    const auto answer = api_.ask({.method = "PUT",
                                  .path = path_of(id_),
                                  .headers = {{"If-Match", etag_}},
                                  .body = content.value().dump(),
                                  .content_type = "application/json"});
    if (answer.ok()) {
      say(fmt::format("{} changed, revision {}\n", id_, answer.number("revision").value_or(0)));
      return true;
    }
    auto reasons = lines_of(answer.message);
    if (answer.status == 412) tell_of_the_other(reasons);
    return again(text, reasons, answer.exit);
  }

  // Somebody was faster: what they made of it is shown, and what is saved next replaces that.
  void tell_of_the_other(std::vector<std::string>& reasons) {
    const auto there = api_.get(id_);
    if (!there.ok()) return;
    see(there);
    reasons.emplace_back("It was changed meanwhile. Save to replace what is there now:");
    for (const auto& line : lines_of(to_yaml(seen_))) reasons.push_back("  " + line);
  }

  bool again(const std::string& text, const std::vector<std::string>& reasons, Exit exit) {
    refused_ = exit;
    shown_.clear();
    for (const auto& line : comments(reasons)) shown_ += "# " + line + "\n";
    shown_ += text;
    last_reasons_ = fmt::format("{}", fmt::join(reasons, "\n"));
    return false;
  }

  int give_up(const std::string& message, int exit, bool keep) {
    auto all = last_reasons_.empty() ? message : last_reasons_ + "\n" + message;
    if (keep) all += "\n  your text is in " + file_.keep();
    complain(all);
    return exit;
  }

  const Api& api_;
  std::string id_;
  EditedFile file_;
  std::string etag_, shown_, last_reasons_;
  Json seen_;
  Exit refused_ = exit_ok;
};

int edit(const Options& options) {
  if (!options.assignments.empty()) {
    const auto change = patch_of(options.assignments);
    if (!change) {
      complain(change.error().message);
      return exit_usage;
    }
    return for_each_target(options.connection,
                           [&](const Api& api, bool) { return patch(api, options.id, change.value()); });
  }
  return for_each_target(options.connection, [&](const Api& api, bool) -> int {
    auto file = EditedFile::create();
    if (file) return Session(api, options.id, std::move(file.value())).run();
    complain(file.error().message);
    return exit_failed;
  });
}

void add_state_change(Commands& commands, CLI::App& group, const std::string& name, const std::string& help,
                      const std::string& state) {
  const auto options = std::make_shared<Options>();
  auto& command = commands.add(group, name, help, [options, state] {
    return for_each_target(options->connection,
                           [&](const Api& api, bool) { return patch(api, options->id, Json{{"state", state}}); });
  });
  command.add_option("id", options->id, "its id")->type_name("ID")->required();
  add_connection(command, options->connection);
}

} // namespace

void add_greetings_edit(Commands& commands, CLI::App& group) {
  const auto options = std::make_shared<Options>();
  auto& command = commands.add(group, "edit", "change a greeting in $VISUAL or $EDITOR, or with --set",
                               [options] { return edit(*options); });
  command.add_option("id", options->id, "its id")->type_name("ID")->required();
  command
      .add_option("--set", options->assignments, "change this without an editor, like text=Hi, tags=a,b or ends_at=")
      ->type_name("FIELD=VALUE")
      ->expected(1)
      ->take_all();
  add_connection(command, options->connection);
  add_state_change(commands, group, "retire", "take a greeting out of use", "retired");
  add_state_change(commands, group, "activate", "put a greeting into use", "active");
}

} // namespace greeter
