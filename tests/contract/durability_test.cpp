// Acknowledged means on the disk. A crash of the process does not show this (tests/process/test_store_kill.py), so the
// calls that wait for the disk are counted on their way to the system.
#include "contract/suite/backends.hpp"
#include "support/folder.hpp"

#include <atomic>

#include <sys/syscall.h>
#include <unistd.h>

using namespace greeter;
using namespace greeter::test;

namespace {

std::atomic<int> waits_for_disk = 0;

long wait_for_disk(long call, int fd) {
  const auto result = ::syscall(call, fd);
  if (result == 0) ++waits_for_disk;
  return result;
}

} // namespace

// In the place of the C library's, for whatever is linked to this program.
extern "C" int fsync(int fd) { return static_cast<int>(wait_for_disk(SYS_fsync, fd)); }
extern "C" int fdatasync(int fd) { return static_cast<int>(wait_for_disk(SYS_fdatasync, fd)); }

TEST_CASE("every call of write waits for the disk, once however many its writes are") {
  const Folder folder;
  const auto store = open_store("sqlite:" + folder.path("store.db"), {});
  REQUIRE(store);
  int before = waits_for_disk;
  CHECK(before > 0); // the file and its name
  int waited = -1;
  store.value()->listen({[&](std::span<const Change>) { waited = waits_for_disk - before; }});
  const auto waits_of = [&](int writes) {
    before = waits_for_disk;
    waited = -1;
    std::vector<Write> many;
    for (int i = 0; i < writes; ++i) many.push_back(put("c", "g" + std::to_string(i), "x"));
    REQUIRE(store.value()->write(many).back());
    CHECK(waited == waits_for_disk - before); // nobody hears of it earlier
    return waited;
  };
  waits_of(1); // the log's own beginning is one more
  for (const int writes : {1, 1, 2, 64, 300}) CHECK(waits_of(writes) == 1);
  before = waits_for_disk;
  const std::vector refused{put("c", "g0", "y", 0)};
  REQUIRE_FALSE(store.value()->write(refused).front());
  CHECK(waits_for_disk == before);
}
