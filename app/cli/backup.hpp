// The store as files: copies of it, and the way back. Both print what they did and return an Exit.
#pragma once
#include <string>

namespace greeter {

// Copies the store, which a server may be using, into a new file.
int back_up_store(const std::string& store_url, const std::string& file);

// Puts a backup in the store's place. No server may be using it.
int restore_store(const std::string& store_url, const std::string& file);

} // namespace greeter
