#include "http/tls_client.hpp"

#include "base/text.hpp"
#include "http/framing.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <csignal>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace greeter::test {

void TlsClient::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void TlsClient::Free::operator()(ssl_st* session) const { SSL_free(session); }

TlsClient::TlsClient(std::uint16_t port, const std::string& authorities, int newest)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), context_(SSL_CTX_new(TLS_client_method())) {
  std::signal(SIGPIPE, SIG_IGN); // as the program does: OpenSSL writes to sockets whose other end may be gone
  timeval patience{10, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int on = 1;
  ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(port);
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) return;

  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(authorities.data(), static_cast<int>(authorities.size())), &BIO_free);
  while (auto* const authority = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), authority);
    X509_free(authority);
  }
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  if (newest) {
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), newest);
    SSL_CTX_set_security_level(context_.get(), 0); // else OpenSSL itself would not offer the old ones
  }
  session_.reset(SSL_new(context_.get()));
  SSL_set_fd(session_.get(), fd_.get());
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session_.get()), "127.0.0.1");
  open_ = SSL_connect(session_.get()) == 1;
  ERR_clear_error();
}

bool TlsClient::send(std::string_view bytes) const {
  const bool sent = open_ && SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  ERR_clear_error();
  return sent;
}

Reply TlsClient::receive() {
  std::array<char, 16'384> more{};
  for (;;) {
    if (const auto end = buffer_.find("\r\n\r\n"); end != std::string::npos) {
      Reply reply;
      reply.head = buffer_.substr(0, end + 4);
      const auto fields = std::string_view(reply.head).substr(reply.head.find("\r\n") + 2);
      const auto length = parse_number(field(fields.substr(0, fields.size() - 2), "content-length").value_or("0"));
      if (length && buffer_.size() >= end + 4 + *length) {
        reply.status = static_cast<int>(parse_number(std::string_view(reply.head).substr(9, 3)).value_or(0));
        reply.body = buffer_.substr(end + 4, *length);
        buffer_.erase(0, end + 4 + *length);
        return reply;
      }
    }
    const int count = open_ ? SSL_read(session_.get(), more.data(), static_cast<int>(more.size())) : 0;
    ERR_clear_error();
    if (count <= 0) return {};
    buffer_.append(more.data(), static_cast<std::size_t>(count));
  }
}

std::string TlsClient::certificate() const {
  const std::unique_ptr<X509, decltype(&X509_free)> own(SSL_get1_peer_certificate(session_.get()), &X509_free);
  if (!own) return {};
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_X509(bio.get(), own.get());
  std::string text(BIO_ctrl_pending(bio.get()), '\0');
  BIO_read(bio.get(), text.data(), static_cast<int>(text.size()));
  return text;
}

} // namespace greeter::test
