#include "cli/files.hpp"
#include "cli/greetings.hpp"
#include "cli/import_file.hpp"
#include "cli/placeholder.hpp"
#include "cli/progress.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

namespace greeter {

namespace {

using Entries = std::span<const ImportFile::Entry>;

// Below the server's default limit of a body.
constexpr std::size_t default_piece = 60'000;
// A server that is away for a moment (503) is asked again so often, a second apart.
constexpr int most_tries = 5;

struct Options {
  ConnectionOptions connection;
  Output output = Output::table;
  std::string file;
  bool dry_run = false;
  std::size_t piece_bytes = default_piece;
  std::size_t skip = 0;
};

struct Sum {
  std::size_t done = 0;
  std::uint64_t created = 0, replaced = 0, unchanged = 0;
};

// Sends a file piece by piece; each is done as a whole or not at all, and again costs nothing.
class Import {
public:
  Import(const Api& api, const Options& options, const ImportFile& file, bool several)
      : api_(api), options_(options), file_(file), several_(several), piece_bytes_(options.piece_bytes) {}

  int run() {
    const auto total = file_.entries.size();
    const auto entries = Entries(file_.entries).subspan(std::min(options_.skip, total));
    {
      Progress progress((several_ ? api_.target().name + ": " : "") + (options_.dry_run ? "checking" : "importing"),
                        entries.size());
      while (sum_.done < entries.size()) {
        const auto piece = entries.subspan(sum_.done, piece_of(entries.subspan(sum_.done), piece_bytes_));
        auto answer = send(piece);
        if (answer.status == 413 && piece.size() > 1) {
          piece_bytes_ = std::max<std::size_t>(body_of(piece).size() / 2, 1); // this server takes less
          continue;
        }
        if (!answer.ok()) {
          failed_ = std::move(answer);
          break;
        }
        sum_.created += answer.number("created").value_or(0);
        sum_.replaced += answer.number("replaced").value_or(0);
        sum_.unchanged += answer.number("unchanged").value_or(0);
        progress.show(sum_.done += piece.size());
      }
    }
    tell(entries);
    return failed_.exit;
  }

private:
  Answer send(Entries piece) {
    Api::Call call{
        .method = "POST", .path = "/greetings/import", .body = body_of(piece), .content_type = "application/x-ndjson"};
    if (options_.dry_run) call.query = {{"dry_run", "true"}};
    auto answer = api_.ask(call);
    for (int tries = 1; answer.status == 503 && tries < most_tries; ++tries) {
      std::this_thread::sleep_for(std::chrono::seconds(1)); // as its Retry-After says
      answer = api_.ask(call);
    }
    number_as_in_file(answer, piece);
    return answer;
  }

  // The server counts the lines of a piece, people those of their file.
  void number_as_in_file(Answer& answer, Entries piece) const {
    if (answer.ok() || !answer.body.is_object() || !answer.body["errors"].is_array()) return;
    for (const auto& fault : answer.body["errors"])
      if (fault.is_object() && fault.contains("line") && fault["line"].is_number_unsigned())
        if (const auto line = fault["line"].get<std::size_t>(); line >= 1 && line <= piece.size())
          answer.message = fmt::format("{} {} ({}): {}", file_.unit, piece[line - 1].place,
                                       cell(Json::parse(piece[line - 1].line, nullptr, false), "id"), answer.message);
  }

  void tell(Entries entries) {
    if (options_.output == Output::table) {
      say(fmt::format("{}{} of {} greetings {}: {} created, {} replaced, {} unchanged\n",
                      several_ ? api_.target().name + ": " : "", sum_.done, entries.size(),
                      options_.dry_run ? "checked, nothing done" : "imported", sum_.created, sum_.replaced,
                      sum_.unchanged));
    } else {
      const Json result{{"total", entries.size()},   {"done", sum_.done},           {"created", sum_.created},
                        {"replaced", sum_.replaced}, {"unchanged", sum_.unchanged}, {"dry_run", options_.dry_run}};
      say_value(several_ ? with_customer(result, api_.target().name) : result, options_.output);
    }
    if (failed_.ok()) return;
    if (!options_.dry_run)
      failed_.message +=
          fmt::format("\n  the first {0} of the file are done; run it again when this is mended: what is "
                      "there already is left as it is (--skip {0} leaves it out)",
                      options_.skip + sum_.done);
    complain_of(failed_, api_, several_);
  }

  const Api& api_;
  const Options& options_;
  const ImportFile& file_;
  bool several_;
  std::size_t piece_bytes_;
  Sum sum_;
  Answer failed_; // ok() unless something failed
};

int refuse(const std::string& name, std::vector<std::string> faults) {
  constexpr std::size_t most = 20;
  const auto count = faults.size();
  if (count > most) faults.resize(most);
  complain(fmt::format("{}: {} fault{}, nothing was sent\n  {}{}", name, count, count == 1 ? "" : "s",
                       fmt::join(faults, "\n  "), count > most ? "\n  ..." : ""));
  return exit_invalid;
}

// What can't be right is found before anything is sent.
int import_into(const Api& api, const Options& options, bool several) {
  const auto name = with_placeholder(options.file, api.target().name);
  const auto shown = name == "-" ? "standard input" : name;
  const auto text = read_file(name);
  if (!text) {
    complain(text.error().message);
    return exit_usage;
  }
  const auto file = parse_import(text.value(), shown);
  if (!file) {
    complain(file.error().message);
    return exit_invalid;
  }
  if (auto faults = check_import(file.value()); !faults.empty()) return refuse(shown, std::move(faults));
  return Import(api, options, file.value(), several).run();
}

int import_all(const Options& options) {
  if (options.file == "-" && options.connection.all_customers) {
    complain("standard input can be read only once: with --all-customers, name a file");
    return exit_usage;
  }
  return for_each_target(options.connection,
                         [&](const Api& api, bool several) { return import_into(api, options, several); });
}

} // namespace

void add_greetings_import(Commands& commands, CLI::App& group) {
  const auto options = std::make_shared<Options>();
  auto& command = commands.add(group, "import", "create or replace all greetings of a file",
                               [options] { return import_all(*options); });
  command
      .add_option("file", options->file,
                  "NDJSON, or a list in JSON or YAML; -: standard input; {customer} in its "
                  "name becomes the context's")
      ->type_name("FILE")
      ->required();
  command.add_flag("--dry-run", options->dry_run, "check everything, change nothing");
  command.add_option("--skip", options->skip, "leave out the first of them")->type_name("N");
  command.add_option("--piece-bytes", options->piece_bytes, "the most to send at once (60000)")
      ->type_name("BYTES")
      ->check(CLI::Range(std::size_t{1}, std::size_t{64} << 20U).description(""));
  add_output(command, options->output);
  add_connection(command, options->connection, true);
}

} // namespace greeter
