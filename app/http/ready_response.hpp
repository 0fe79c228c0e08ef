// A whole response, ready to be sent but for its date.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace greeter {

// What becomes of the connection after a response (RFC 9112, 9.3).
enum class Persistence : std::uint8_t {
  stays,       // as HTTP/1.1 has it without a word
  stays_as_if, // it stays, and an HTTP/1.0 client that asked for that is told
  ends         // and the response says so
};
inline constexpr std::array<Persistence, 3> persistences{Persistence::stays, Persistence::stays_as_if,
                                                         Persistence::ends};

// The Connection field with its line end; empty where none is needed.
std::string_view connection_field(Persistence persistence);

class ReadyResponse {
public:
  // `fields` are whole lines, each with its end; Date, Content-Length and Connection are added. Without a body (304)
  // there is no Content-Length.
  ReadyResponse(int status, std::string_view fields, std::string_view body, Persistence persistence);

  // `date` has 29 characters.
  void append_to(std::string& out, std::string_view date) const { append(out, date, bytes_.size()); }
  void append_head_to(std::string& out, std::string_view date) const { append(out, date, head_size_); }

private:
  void append(std::string& out, std::string_view date, std::size_t size) const {
    const auto at = out.size() + date_at_;
    out.append(bytes_, 0, size);
    date.copy(out.data() + at, date.size());
  }

  std::string bytes_;
  std::size_t date_at_;
  std::size_t head_size_;
};

} // namespace greeter
