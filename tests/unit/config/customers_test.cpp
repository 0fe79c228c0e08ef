#include "config/customers.hpp"

#include "support/folder.hpp"

#include <doctest/doctest.h>

using namespace greeter;
using greeter::test::Folder;

namespace {

std::string faults_of(const CustomerFiles& files) {
  std::string all;
  for (const auto& fault : files.faults)
    all += std::filesystem::path(fault.file).filename().string() + ":" + std::to_string(fault.line) + ": " +
           fault.message + "\n";
  return all;
}

} // namespace

TEST_CASE("a folder's customers come in the order of their ids") {
  const Folder folder;
  folder.customer("customer-b", "B", "Dear Sir or Madam!");
  folder.customer("customer-a", "A", "Hi!");
  folder.write("README.md", "not a customer");
  folder.write(".hidden.yaml", "not: read");
  std::filesystem::create_directory(folder.path("folder.yaml"));
  const auto files = read_customers(folder.path(), "parcellab.com");
  CHECK(faults_of(files) == "");
  REQUIRE(files.customers.size() == 2);
  CHECK(files.customers[0].id == "customer-a");
  CHECK(files.customers[1].greeting == "Dear Sir or Madam!");
}

TEST_CASE("a single file is a folder of one") {
  const Folder folder;
  folder.customer("customer-a", "A", "Hi!");
  CHECK(read_customers(folder.path("customer-a.yaml"), "parcellab.com").customers.size() == 1);
}

TEST_CASE("customers are checked together: names and hosts are unique") {
  const Folder folder;
  folder.customer("customer-a", "A", "Hi!");
  folder.write("customer-b.yaml", "customer:\n  greeting: Hi\n  name: A\n");
  folder.write("customer-c.yaml", "customer:\n  name: C\n  greeting: Hi\n  hosts:\n    - other.example.com\n    - "
                                  "customer-a.parcellab.com\n    - customer-b.localhost\n");
  folder.write("customer-d.yaml", "customer: {name: D, greeting: Hi, hosts: [other.example.com]}\n");
  const auto faults = faults_of(read_customers(folder.path(), "parcellab.com"));
  CAPTURE(faults);
  CHECK(faults.find("customer-b.yaml:3: customer.name \"A\" is already that of " + folder.path("customer-a.yaml") +
                    ":2") != std::string::npos);
  CHECK(faults.find("customer-c.yaml:6: host \"customer-a.parcellab.com\" is already") != std::string::npos);
  CHECK(faults.find("customer-c.yaml:7: host \"customer-b.localhost\" is already") != std::string::npos);
  CHECK(faults.find("customer-d.yaml:1: host \"other.example.com\" is already") != std::string::npos);
}

TEST_CASE("a file that would silently be left out is a fault") {
  const Folder folder;
  folder.customer("customer-a", "A", "Hi!");
  folder.write("customer-b.yml", "customer: {name: B, greeting: Hi}\n");
  folder.write("customer-c.YAML", "customer: {name: C, greeting: Hi}\n");
  const auto files = read_customers(folder.path(), "parcellab.com");
  CHECK(faults_of(files) == "customer-b.yml:1: would be left out; name it customer-b.yaml\ncustomer-c.YAML:1: would be "
                            "left out; name it customer-c.yaml\n");
  CHECK(files.customers.size() == 1);
}

TEST_CASE("a file that is too large or can't be read is a fault") {
  const Folder folder;
  folder.write("customer-a.yaml", std::string((1 << 20) + 1, '#'));
  std::filesystem::create_symlink("nowhere", folder.path("customer-b.yaml"));
  const auto faults = faults_of(read_customers(folder.path(), "parcellab.com"));
  CHECK(faults.find("customer-a.yaml:1: is 1048577 bytes long") != std::string::npos);
  CHECK(faults.find("customer-b.yaml:1: can't be read") != std::string::npos);
}

TEST_CASE("all faults of all files are told, not the first") {
  const Folder folder;
  folder.write("a.yaml", "customer: {name: A}\n");
  folder.write("b.yaml", "customer: {nam: B, greeting: 1}\n");
  CHECK(read_customers(folder.path(), "parcellab.com").faults.size() == 4);
}
