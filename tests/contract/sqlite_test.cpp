// The file of a SqliteStore: what it is like, and which files are refused.
#include "contract/suite/backends.hpp"
#include "store/rules.hpp"
#include "store/sqlite_schema.hpp"
#include "support/folder.hpp"
#include "support/within_a_day.hpp"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>

using namespace greeter;
using namespace greeter::test;

namespace {

Result<std::unique_ptr<Store>> open(const std::string& file) { return open_store("sqlite:" + file, {}); }

// What is said where the file can't be opened.
std::string refusal(const std::string& file) {
  const auto store = open(file);
  REQUIRE_FALSE(store);
  CHECK(store.error().message.find(file) != std::string::npos);
  CHECK(store.error().message.find('\n') == std::string::npos);
  return store.error().message;
}

bool says(const std::string& message, std::string_view what) {
  CAPTURE(message);
  CHECK(message.find(what) != std::string::npos);
  return message.find(what) != std::string::npos;
}

// Any file, by SQLite itself.
void make(const std::string& file, const std::string& sql) {
  std::ofstream(file, std::ios::app).close();
  auto connection = sqlite::Connection::open(file, sqlite::Connection::Mode::write);
  REQUIRE(connection);
  REQUIRE_MESSAGE(connection.value().run(sql.c_str()), connection.value().error().message);
}

std::string ask(const std::string& file, const std::string& sql) {
  auto connection = sqlite::Connection::open(file, sqlite::Connection::Mode::read);
  REQUIRE(connection);
  auto text = connection.value().text(sql);
  REQUIRE_MESSAGE(text, text.error().message);
  return text.value();
}

void fill(Store& store, int greetings) {
  std::vector<Write> writes;
  for (int i = 0; i < greetings; ++i) writes.push_back(put("c", "g" + std::to_string(i), std::string(200, 'x')));
  for (const auto& result : store.write(writes)) REQUIRE(result);
}

unsigned mode_of(const std::string& file) {
  struct stat status{};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

} // namespace

TEST_CASE("a store's file is its owner's alone, and says whose it is") {
  const Folder folder;
  const auto file = folder.path("store.db");
  const auto store = open(file);
  REQUIRE(store);
  fill(*store.value(), 1);
  for (const auto* const suffix : {"", "-wal", "-shm", ".lock"}) CHECK(mode_of(file + suffix) == 0600);
  CHECK(ask(file, "PRAGMA application_id") == std::to_string(sqlite::application_id));
  CHECK(ask(file, "PRAGMA user_version") == std::to_string(sqlite::schema_steps().size()));
  CHECK(ask(file, "PRAGMA journal_mode") == "wal");
  CHECK(ask(file, "PRAGMA integrity_check") == "ok");
}

TEST_CASE("two stores never share a file, whatever they call it") {
  const Folder folder;
  const auto file = folder.path("store.db");
  auto first = open(file);
  REQUIRE(first);
  std::filesystem::create_symlink(file, folder.path("link.db"));
  const auto mine = fmt::format("in use by process {}", ::getpid());
  says(refusal(file), mine);
  CHECK_FALSE(open(folder.path("link.db")));
  CHECK_FALSE(open(folder.path("./../") + std::filesystem::path(folder.path()).filename().string() + "/store.db"));
  fill(*first.value(), 1);
  first.value().reset();
  CHECK(open(file));
}

TEST_CASE("whoever waits for a file gets it when it is free, or is refused in the end") {
  const Folder folder;
  const auto url = "sqlite:" + folder.path("store.db");
  auto first = open(folder.path("store.db"));
  REQUIRE(first);
  CHECK_FALSE(open_store(url, {.wait = std::chrono::milliseconds(50)}));
  std::atomic<bool> waiting = false;
  std::thread second([&] {
    waiting = true;
    CHECK(open_store(url, {.wait = std::chrono::minutes(1)}));
  });
  while (!waiting) std::this_thread::yield();
  first.value().reset();
  second.join();
}

TEST_CASE("a file that can't be a store is refused untouched, with what to do about it") {
  const Folder folder;
  const auto file = folder.path("store.db");
  SUBCASE("no folder") {
    const auto store = open(folder.path("missing/store.db"));
    REQUIRE_FALSE(store);
    says(store.error().message, "there is no folder " + folder.path("missing") + ": create it");
  }
  SUBCASE("a folder") {
    std::filesystem::create_directory(file);
    says(refusal(file), "is no file");
  }
  SUBCASE("text") {
    folder.write("store.db", std::string(5000, 'x'));
    says(refusal(file), "is no SQLite database");
    CHECK(std::filesystem::file_size(file) == 5000);
  }
  SUBCASE("another program's") {
    make(file, "PRAGMA application_id = 42; CREATE TABLE t (x)");
    says(refusal(file), "another program");
    CHECK(ask(file, "PRAGMA journal_mode") == "delete");
  }
  SUBCASE("another program's without a name") {
    make(file, "CREATE TABLE t (x)");
    says(refusal(file), "another program");
  }
  SUBCASE("a newer version") {
    REQUIRE(open(file));
    const auto next = sqlite::schema_steps().size() + 1;
    make(file, fmt::format("PRAGMA user_version = {}", next));
    const auto message = refusal(file);
    says(message, fmt::format("version {}", next));
    says(message, "newer greeter");
  }
}

TEST_CASE("a damaged file is refused, wherever it is damaged") {
  const Folder folder;
  const auto file = folder.path("store.db");
  {
    const auto store = open(file);
    REQUIRE(store);
    fill(*store.value(), 500);
  }
  const auto size = std::filesystem::file_size(file);
  constexpr std::streamoff page = 4096;
  SUBCASE("its end is missing") { std::filesystem::resize_file(file, size / 2); }
  SUBCASE("a page is another") {
    for (std::streamoff at = page; at + page <= static_cast<std::streamoff>(size); at += page) {
      if (at / page % 7 != 3) continue;
      std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
      stream.seekp(at) << std::string(page, '\x55');
    }
  }
  SUBCASE("its schema is gone") {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(100) << std::string(200, '\x55');
  }
  const auto message = refusal(file);
  says(message, "is damaged");
  says(message, "greeter restore BACKUP");
}

TEST_CASE("a file of an older version is migrated, all steps or none") {
  const Folder folder;
  const auto file = folder.path("store.db");
  const auto* const first = sqlite::schema_steps().front();
  make(file,
       fmt::format("{}; PRAGMA application_id = {}; PRAGMA user_version = 1;"
                   "INSERT INTO greetings VALUES ('c', 'a', 'Moin!', '', '', '[]', 'active', NULL, NULL, 7, 1, 2);"
                   "UPDATE store SET sequence = 7",
                   first, sqlite::application_id));
  const auto version = [&] { return ask(file, "PRAGMA user_version"); };
  {
    auto connection = sqlite::Connection::open(file, sqlite::Connection::Mode::write);
    REQUIRE(connection);
    constexpr const char* good = "ALTER TABLE greetings ADD COLUMN extra TEXT";
    const std::array failing{first, good, "ALTER TABLE nothing ADD COLUMN extra TEXT"};
    CHECK(sqlite::migrate(connection.value(), failing));
    CHECK(version() == "1");
    CHECK(ask(file, "SELECT count(*) FROM pragma_table_info('greetings') WHERE name = 'extra'") == "0");
    const std::array steps{first, good, "UPDATE greetings SET extra = text || text"};
    CHECK_FALSE(sqlite::check_belongs(connection.value(), file, steps));
    CHECK_FALSE(sqlite::migrate(connection.value(), steps));
    CHECK(version() == "3");
    CHECK(ask(file, "SELECT extra FROM greetings") == "Moin!Moin!");
    CHECK(sqlite::check_belongs(connection.value(), file)); // today's greeter is the older one now
  }
}

TEST_CASE_FIXTURE(WithinADay, "a file of the first version opens") {
  const Folder folder;
  const auto file = folder.path("store.db");
  make(file,
       fmt::format("{}; PRAGMA application_id = {}; PRAGMA user_version = 1;"
                   "INSERT INTO greetings VALUES ('c', 'a', 'Moin!', '', '', '[]', 'active', NULL, NULL, 7, 1, 2);"
                   "UPDATE store SET sequence = 7",
                   sqlite::schema_steps().front(), sqlite::application_id));
  const auto store = open(file);
  REQUIRE_MESSAGE(store, store.error().message);
  const auto contents = store.value()->load();
  REQUIRE(contents);
  REQUIRE(contents.value().greetings.size() == 1);
  CHECK(contents.value().greetings[0].greeting.text == "Moin!");
  CHECK(contents.value().greetings[0].greeting.revision == 7);
  const std::vector writes{put("c", "b", "x")};
  CHECK(store.value()->write(writes).front().value().sequence == 8);
  CHECK(store.value()->visits("c").value().empty());
  CHECK_FALSE(store.value()->add({"s", 1, {{"c", "a", today(), 3}}}));
  CHECK(store.value()->visits("c").value() == std::vector<Visits>{{"c", "a", today(), 3}});
}

TEST_CASE_FIXTURE(WithinADay, "days that have grown old are folded into one, and sources that are gone are forgotten") {
  const Folder folder;
  const auto file = folder.path("store.db");
  REQUIRE(open(file));
  const auto first = first_day_kept(today());
  const auto day = [&](int before) { return (first - std::chrono::days(before)).time_since_epoch().count(); };
  make(file, fmt::format("INSERT INTO visits VALUES ('c', 0, 'a', 1), ('c', {0}, 'a', 2), ('c', {1}, 'a', 4),"
                         "('c', {0}, '', 8), ('c', {2}, 'a', 16), ('d', {1}, 'a', 32);"
                         "INSERT INTO visit_sources VALUES ('gone', 5, {1}), ('late', 5, {3})",
                         day(1), day(2), day(0), (today() - sources_kept).time_since_epoch().count()));
  const auto store = open(file);
  REQUIRE(store);
  CHECK(store.value()->visits("c").value().size() == 5);
  CHECK_FALSE(store.value()->add({"late", 5, {{"c", "a", today(), 100}}})); // counted before
  const std::vector<Visits> folded{{"c", "", long_ago, 8}, {"c", "a", long_ago, 7}, {"c", "a", first, 16}};
  CHECK(store.value()->visits("c").value() == folded);
  CHECK(store.value()->visits("d").value() == std::vector<Visits>{{"d", "a", long_ago, 32}});
  CHECK(ask(file, "SELECT group_concat(source) FROM visit_sources") == "late");
}

// The limit on a file's size stands in for a full disk: the system refuses to write further in the same place.
TEST_CASE("a full disk refuses whole calls, and there is no harm in it once there is room again") {
  const Folder folder;
  const auto file = folder.path("store.db");
  auto store = open(file);
  REQUIRE(store);
  fill(*store.value(), 10);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit full{std::filesystem::file_size(file + "-wal") + 20'000, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
  std::vector<Write> writes;
  for (int i = 0; i < 200; ++i) writes.push_back(put("d", "g" + std::to_string(i), std::string(1000, 'x')));
  int heard = 0;
  store.value()->listen({[&](std::span<const Change>) { ++heard; }});
  const auto results = store.value()->write(writes);
  const auto there = store.value()->load();
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, previous);

  for (const auto& result : results) REQUIRE(outcome(result) == "unavailable");
  says(results.front().error().message, file);
  CHECK(heard == 0);
  REQUIRE(there);
  CHECK(there.value().greetings.size() == 10);
  for (const auto& result : store.value()->write(writes)) REQUIRE(result);
  CHECK(heard == 1);
  store.value().reset();
  store = open(file);
  REQUIRE(store);
  CHECK(store.value()->load().value().greetings.size() == 210);
}

TEST_CASE("the log before the file stays small, however much is written") {
  const Folder folder;
  const auto file = folder.path("store.db");
  const auto store = open(file);
  REQUIRE(store);
  for (int i = 0; i < 60; ++i) fill(*store.value(), 500);
  CHECK(std::filesystem::file_size(file + "-wal") < 24 << 20);
}
