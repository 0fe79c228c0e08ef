#include "kube/files.hpp"

#include "support/folder.hpp"

#include <doctest/doctest.h>

using namespace greeter::kube;

TEST_CASE("base64 is decoded") {
  CHECK(from_base64("") == "");
  CHECK(from_base64("Zg==") == "f");
  CHECK(from_base64("Zm9v") == "foo");
  CHECK(from_base64("Zm9v\nYmFy\n") == "foobar");
  CHECK(from_base64("AAEC/w==") == std::string("\0\1\2\xff", 4));
}

TEST_CASE("what is no base64 is nothing") {
  for (const auto* const text : {"Z", "Zm9", "Zm9v!", "-_-_", "Zg==Zg", "Z=g="})
    CHECK(from_base64(text) == std::nullopt);
}

TEST_CASE("a file is read whole, up to a limit") {
  const greeter::test::Folder folder;
  folder.write("a", "text\n");
  folder.write("big", std::string((1U << 20U) + 1, 'a'));
  REQUIRE(read_text(folder.path("a")));
  CHECK(read_text(folder.path("a")).value() == "text\n");
  CHECK(read_text(folder.path("big")).error().message == folder.path("big") + " is larger than 1 MiB");
  CHECK(read_text(folder.path("none")).error().message ==
        folder.path("none") + " can't be read: No such file or directory");
  CHECK_FALSE(read_text(folder.path()));
}
