#include "kube/files.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fstream>
#include <system_error>

namespace greeter::kube {

Result<std::string> read_text(const std::string& file) {
  constexpr std::size_t most = std::size_t{1} << 20U;
  std::ifstream in(file, std::ios::binary);
  if (!in)
    return Error{ErrorCode::invalid, fmt::format("{} can't be read: {}", file, std::generic_category().message(errno))};
  std::string text(most + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return Error{ErrorCode::invalid, file + " can't be read"};
  if (text.size() > most) return Error{ErrorCode::invalid, file + " is larger than 1 MiB"};
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  constexpr auto digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string in(text);
  in.erase(std::remove_if(in.begin(), in.end(), [](char c) { return c == '\n' || c == '\r' || c == ' '; }), in.end());
  const auto end = std::min(in.find_first_not_of(digits), in.size());
  const auto padding = in.size() - end; // OpenSSL takes it anywhere
  if (in.size() % 4 != 0 || in.size() > INT_MAX || padding > 2 || in.find_first_not_of('=', end) != std::string::npos)
    return {};
  std::string out(in.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(in.data()),
                      static_cast<int>(in.size())) < 0)
    return {};
  out.resize(out.size() - padding);
  return out;
}

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0'); // and the end that OpenSSL writes
  text.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                                       reinterpret_cast<const unsigned char*>(bytes.data()),
                                                       static_cast<int>(bytes.size()))));
  return text;
}

} // namespace greeter::kube
