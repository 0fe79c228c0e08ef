// Reads a customer's file or the folder of all customers' files, and checks them together.
#pragma once
#include "config/values_file.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace greeter {

struct CustomerFiles {
  std::vector<Customer> customers; // in the order of their ids; only those without a fault
  std::vector<Fault> faults;       // every one found, in the order of files and lines
};

// Files are <customer>.yaml; hidden files are passed over, and so are files of other kinds. Besides the faults of
// each file, a name or host that two customers share is one. `path` must exist. Never throws.
CustomerFiles read_customers(const std::filesystem::path& path, std::string_view default_domain);

// The folder's customers' files in the order of their names; a fault for each that looks like one but would be left
// out.
std::vector<std::filesystem::path> values_files(const std::filesystem::path& folder, std::vector<Fault>& faults);

// As a compiler prints it: "file:line: message".
std::string to_string(const Fault& fault);

} // namespace greeter
