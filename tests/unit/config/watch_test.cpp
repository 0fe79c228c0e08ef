#include "config/watch.hpp"

#include "support/folder.hpp"

#include <doctest/doctest.h>

#include <poll.h>

using namespace greeter;
using greeter::test::Folder;
namespace fs = std::filesystem;

namespace {

// Whether the watch tells of a change; waits for one only as long as it may take.
bool tells(Watch& watch) {
  pollfd wait{watch.fd(), POLLIN, 0};
  return ::poll(&wait, 1, 2000) == 1 && watch.consume();
}

bool is_quiet(Watch& watch) { return !watch.consume(); }

} // namespace

TEST_CASE("a folder's files being written, added and removed are seen") {
  const Folder folder;
  folder.write("values/a.yaml", "1");
  Watch watch(folder.path("values/"));
  CHECK(is_quiet(watch));
  folder.write("values/a.yaml", "2");
  CHECK(tells(watch));
  folder.write("values/b.yaml", "1");
  CHECK(tells(watch));
  fs::remove(folder.path("values/a.yaml"));
  CHECK(tells(watch));
  CHECK(is_quiet(watch));
}

TEST_CASE("the swap of a link, as Kubernetes does it, is seen") {
  const Folder folder;
  folder.write("values/..1/a.yaml", "1");
  folder.write("values/..2/a.yaml", "2");
  fs::create_directory_symlink("..1", folder.path("values/..data"));
  fs::create_symlink("..data/a.yaml", folder.path("values/a.yaml"));
  Watch of_folder(folder.path("values")), of_file(folder.path("values/a.yaml"));
  fs::create_directory_symlink("..2", folder.path("values/..data_tmp"));
  fs::rename(folder.path("values/..data_tmp"), folder.path("values/..data"));
  CHECK(tells(of_folder));
  CHECK(tells(of_file));
}

TEST_CASE("a watched file may be replaced again and again") {
  const Folder folder;
  folder.write("a.yaml", "0");
  Watch watch(folder.path("a.yaml"));
  for (int i = 0; i < 3; ++i) {
    folder.write("new", "1");
    fs::rename(folder.path("new"), folder.path("a.yaml"));
    CHECK(tells(watch));
    folder.write("a.yaml", "in place");
    CHECK(tells(watch));
  }
}

TEST_CASE("a folder may be replaced as a whole, and come later than the watch") {
  const Folder folder;
  Watch watch(folder.path("values"));
  folder.write("values/a.yaml", "1");
  CHECK(tells(watch));
  fs::rename(folder.path("values"), folder.path("old"));
  CHECK(tells(watch));
  folder.write("values/a.yaml", "2");
  CHECK(tells(watch));
  folder.write("values/a.yaml", "3");
  CHECK(tells(watch));
}

TEST_CASE("a folder may be named by a dot") {
  const Folder folder;
  Watch watch(folder.path() + "/.");
  folder.write("a.yaml", "1");
  CHECK(tells(watch));
}

TEST_CASE("what happens beside the path does not matter") {
  const Folder folder;
  folder.write("a.yaml", "1");
  Watch watch(folder.path("a.yaml"));
  folder.write("b.yaml", "1");
  CHECK(is_quiet(watch));
}
