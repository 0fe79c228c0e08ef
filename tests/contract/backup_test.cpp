// Backups of a store that is in use, and the way back.
#include "contract/suite/backends.hpp"
#include "store/rules.hpp"
#include "store/sqlite_schema.hpp"
#include "support/folder.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include <sys/stat.h>

using namespace greeter;
using namespace greeter::test;

namespace {

// A folder with a store and its backups.
class Backups {
public:
  std::string file(std::string_view name = "store.db") const { return folder_.path(name); }
  std::string url(std::string_view name = "store.db") const { return "sqlite:" + file(name); }

  std::unique_ptr<Store> open(std::string_view name = "store.db") const {
    auto store = open_store(url(name), {});
    REQUIRE_MESSAGE(store, store.error().message);
    return std::move(store.value());
  }
  static void put_texts(std::initializer_list<const char*> texts, Store& store) {
    int n = 0;
    for (const auto* const text : texts) {
      const std::vector writes{put("c", "g" + std::to_string(n++), text)};
      REQUIRE(store.write(writes).front());
    }
  }
  void put_texts(std::initializer_list<const char*> texts) const { put_texts(texts, *open()); }
  std::string texts(std::string_view name = "store.db") const {
    std::string texts;
    const auto contents = open(name)->load();
    REQUIRE_MESSAGE(contents, contents.error().message);
    for (const auto& stored : contents.value().greetings) texts += stored.greeting.text + " ";
    return texts;
  }
  std::uint64_t sequence() const { return open()->load().value().sequence; }
  void back_up(std::string_view name = "backup.db") const {
    const auto size = greeter::back_up(url(), file(name));
    REQUIRE_MESSAGE(size, size.error().message);
    CHECK(size.value() == std::filesystem::file_size(file(name)));
  }
  std::size_t restore(std::string_view name = "backup.db") const {
    const auto count = greeter::restore(url(), file(name));
    REQUIRE_MESSAGE(count, count.error().message);
    return count.value();
  }
  std::string refusal_of_restore(std::string_view name = "backup.db") const {
    const auto count = greeter::restore(url(), file(name));
    REQUIRE_FALSE(count);
    return count.error().message;
  }
  void overwrite(std::string_view name, std::streamoff at, std::size_t size) const {
    std::fstream stream(file(name), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(at) << std::string(size, '\x55');
  }
  std::string names() const {
    std::map<std::string, int> sorted;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      sorted[entry.path().filename().string()];
    std::string all;
    for (const auto& [name, nothing] : sorted) all += name + " ";
    return all;
  }

private:
  const Folder folder_;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("a backup is a store in one file, for its owner alone") {
  const Backups place;
  place.put_texts({"one", "two"});
  place.back_up();
  CHECK(place.names() == "backup.db store.db store.db.lock ");
  struct stat status{};
  REQUIRE(::stat(place.file("backup.db").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
  CHECK(place.texts("backup.db") == "one two ");
}

TEST_CASE("a backup never takes another file's place, nor makes a store where there is none") {
  const Backups place;
  CHECK_FALSE(back_up(place.url(), place.file("backup.db")));
  CHECK(place.names().empty());
  CHECK_FALSE(back_up("memory:", place.file("backup.db")));
  CHECK_FALSE(back_up("none", place.file("backup.db")));
  place.put_texts({"one"});
  std::ofstream(place.file("backup.db")) << "mine";
  const auto refused = back_up(place.url(), place.file("backup.db"));
  REQUIRE_FALSE(refused);
  CHECK(has(refused.error().message, place.file("backup.db") + " is there already"));
  CHECK(std::filesystem::file_size(place.file("backup.db")) == 4);
  CHECK_FALSE(back_up(place.url(), place.file("missing/backup.db")));
  CHECK_FALSE(back_up(place.url("backup.db"), place.file("other.db")));
  CHECK(place.names() == "backup.db store.db store.db.lock ");
}

TEST_CASE("backups of a store that is being written to are each of one moment") {
  const Backups place;
  constexpr int backups = 5;
  std::atomic<bool> done = false;
  std::atomic<int> written = 0, refused = 0;
  {
    const auto store = place.open();
    const std::jthread writer([&] {
      while (!done) {
        const auto text = std::to_string(++written);
        const std::vector<Write> writes{put("c", "a", text), put("c", "b" + text, text), put("c", "z", text)};
        for (const auto& result : store->write(writes)) refused += result ? 0 : 1;
      }
    });
    for (int i = 0; i < backups; ++i) {
      const int before = written;
      while (written < before + 3) std::this_thread::yield();
      place.back_up("backup-" + std::to_string(i));
    }
    done = true;
  }
  CHECK(refused == 0);
  std::size_t last = 0;
  for (int i = 0; i < backups; ++i) {
    const auto copy = place.open("backup-" + std::to_string(i))->load();
    REQUIRE(copy);
    const auto& greetings = copy.value().greetings;
    REQUIRE(greetings.size() > 2);
    CHECK(greetings.front().greeting.text == greetings.back().greeting.text);
    CHECK(greetings.size() == std::stoul(greetings.front().greeting.text) + 2);
    CHECK(greetings.size() > last);
    last = greetings.size();
  }
}

TEST_CASE("a restore brings the backup's greetings back, and keeps what it replaced") {
  const Backups place;
  place.put_texts({"one", "two"});
  place.back_up();
  place.put_texts({"changed", "changed", "three"});
  CHECK(place.restore() == 2);
  CHECK(place.texts() == "one two ");
  CHECK(place.texts("store.db.before-restore") == "changed changed three ");
  CHECK(place.restore() == 2);
  CHECK(place.texts("store.db.before-restore-2") == "one two ");
  CHECK(place.texts("backup.db") == "one two ");
}

TEST_CASE("how often greetings were given is part of a backup") {
  const Backups place;
  const std::vector<Visits> visits{{"c", "a", today(), 5}};
  CHECK_FALSE(place.open()->add({"s", 1, visits}));
  place.back_up();
  CHECK_FALSE(place.open()->add({"s", 2, visits}));
  place.restore();
  CHECK(place.open()->visits("c").value() == visits);
}

TEST_CASE("after a restore no revision and no sequence means what it did not mean before") {
  const Backups place;
  place.put_texts({"one", "two"});
  place.back_up();
  place.put_texts({"changed", "changed", "three"});
  const auto before = place.sequence();
  place.restore();
  const auto store = place.open();
  const auto contents = store->load();
  REQUIRE(contents);
  for (const auto& stored : contents.value().greetings) CHECK(stored.greeting.revision > before);
  CHECK(contents.value().greetings[0].greeting.revision < contents.value().greetings[1].greeting.revision);
  CHECK(contents.value().sequence > before);
  for (std::uint64_t seen = 0; seen <= before; ++seen) // whoever saw a change of the replaced file reads all anew
    CHECK_FALSE(store->changes_after("c", seen, 10).value().complete);
  CHECK(store->changes_after("c", contents.value().sequence, 10).value().complete);
  const std::vector writes{put("c", "g0", "next")};
  CHECK(store->write(writes).front().value().sequence > contents.value().sequence);
}

TEST_CASE("a restore of nothing is a change, too") {
  const Backups place;
  place.open();
  place.back_up();
  place.put_texts({"one"});
  const auto before = place.sequence();
  CHECK(place.restore() == 0);
  CHECK(place.sequence() > before);
  CHECK_FALSE(place.open()->changes_after("c", before, 10).value().complete);
}

TEST_CASE("a restore leaps where the replaced file can't say how far it had counted") {
  const Backups place;
  place.put_texts({"one", "two"});
  place.back_up();
  const auto backed_up = place.sequence();
  SUBCASE("it is gone") { std::filesystem::remove(place.file()); }
  SUBCASE("it is damaged") { place.overwrite("store.db", 0, 8000); }
  SUBCASE("it is cut off") { std::filesystem::resize_file(place.file(), 3000); }
  CHECK(place.restore() == 2);
  CHECK(place.texts() == "one two ");
  CHECK(place.sequence() > backed_up + 1'000'000);
}

TEST_CASE("what a crash left in the log beside a replaced file does not get into the restored one") {
  const Backups place;
  place.put_texts({"one"});
  place.back_up();
  {
    const auto store = place.open();
    const std::vector writes{put("c", "g0", "in the log")};
    REQUIRE(store->write(writes).front());
    for (const auto* const suffix : {"", "-wal"}) // as a kill would leave them
      std::filesystem::copy_file(place.file() + suffix, place.file("crashed.db") + suffix);
  }
  for (const auto* const suffix : {"", "-wal"})
    std::filesystem::rename(place.file("crashed.db") + suffix, place.file() + suffix);
  SUBCASE("sound") {}
  SUBCASE("damaged") { place.overwrite("store.db", 0, 100); }
  place.restore();
  CHECK(place.texts() == "one ");
}

TEST_CASE("another program may go on reading the replaced file, and its log is not the restored one's") {
  const Backups place;
  place.put_texts({"one"});
  place.back_up();
  auto store = place.open();
  auto reader = sqlite::Connection::open(place.file(), sqlite::Connection::Mode::read);
  REQUIRE(reader);
  REQUIRE(reader.value().run("BEGIN; SELECT * FROM greetings"));
  Backups::put_texts({"in the log"}, *store);
  store.reset();
  CHECK(place.restore() == 1);
  CHECK(place.texts() == "one ");
  CHECK(reader.value().text("SELECT text FROM greetings").value() == "one");
  REQUIRE(reader.value().run("COMMIT"));
  CHECK(reader.value().text("SELECT text FROM greetings").value() == "in the log");
  {
    const auto closed = std::move(reader.value());
  }
  CHECK(place.texts() == "one ");
  CHECK(place.texts("store.db.before-restore") == "in the log ");
}

TEST_CASE("a restore is refused, with the store as it was, while it is in use or where the backup is no good") {
  const Backups place;
  place.put_texts({"one"});
  place.back_up();
  place.put_texts({"changed"});
  SUBCASE("in use") {
    const auto store = place.open();
    CHECK(has(place.refusal_of_restore(), "in use by process"));
  }
  SUBCASE("missing") { CHECK(has(place.refusal_of_restore("missing.db"), "there is no file")); }
  SUBCASE("the store itself") { CHECK(has(place.refusal_of_restore("store.db"), "the store itself")); }
  SUBCASE("no database") {
    std::ofstream(place.file("text.db")) << std::string(5000, 'x');
    CHECK(has(place.refusal_of_restore("text.db"), "no SQLite database"));
  }
  SUBCASE("empty") {
    std::ofstream(place.file("empty.db")).close();
    CHECK(has(place.refusal_of_restore("empty.db"), "holds no store"));
  }
  SUBCASE("damaged") {
    place.overwrite("backup.db", 4096, 4096);
    CHECK(has(place.refusal_of_restore(), "is damaged"));
  }
  SUBCASE("cut off") {
    std::filesystem::resize_file(place.file("backup.db"), 4096);
    CHECK(has(place.refusal_of_restore(), "is damaged"));
  }
  SUBCASE("newer") {
    auto connection = sqlite::Connection::open(place.file("backup.db"), sqlite::Connection::Mode::write);
    REQUIRE(connection);
    REQUIRE(connection.value().run("PRAGMA user_version = 99"));
    CHECK(has(place.refusal_of_restore(), "version 99"));
  }
  CHECK(place.texts() == "changed ");
  CHECK_FALSE(has(place.names(), "before-restore"));
  CHECK_FALSE(has(place.names(), "restoring"));
}
