#include "http/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <utility>

namespace greeter {

namespace {

template <auto Release> struct Free {
  template <class T> void operator()(T* object) const { Release(object); }
};
using Session = std::unique_ptr<SSL, Free<SSL_free>>;

class TlsChannel final : public Channel {
public:
  TlsChannel(Session session, std::atomic<std::uint64_t>& failures)
      : session_(std::move(session)), failures_(failures) {}
  TlsChannel(const TlsChannel&) = delete;
  TlsChannel& operator=(const TlsChannel&) = delete;
  ~TlsChannel() override {
    if (!is_open()) ++failures_;
  }

  bool is_open() const override { return SSL_is_init_finished(session_.get()) == 1; }

  ssize_t receive(char* data, std::size_t size) override {
    std::size_t count = 0;
    ERR_clear_error(); // the thread's, of another connection
    if (const auto result = SSL_read_ex(session_.get(), data, size, &count); result <= 0) return failed(result);
    return static_cast<ssize_t>(count);
  }

  ssize_t send(std::string_view data) override {
    if (!is_open()) {
      errno = EPROTO;
      return -1;
    }
    std::size_t count = 0;
    ERR_clear_error();
    if (const auto result = SSL_write_ex(session_.get(), data.data(), data.size(), &count); result <= 0)
      return failed(result);
    return static_cast<ssize_t>(count);
  }

  void finish() override {
    ERR_clear_error();
    if (is_open()) SSL_shutdown(session_.get());
  }

private:
  // What the client wants to say while we write is a later version's (renegotiation is switched off).
  ssize_t failed(int result) {
    const auto why = SSL_get_error(session_.get(), result);
    if (why == SSL_ERROR_ZERO_RETURN) return 0;
    errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
    return -1;
  }

  Session session_;
  std::atomic<std::uint64_t>& failures_;
};

bool use_certificates(SSL_CTX* context, const std::string& pem) {
  const std::unique_ptr<BIO, Free<BIO_free>> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  using Certificate = std::unique_ptr<X509, Free<X509_free>>;
  const Certificate own(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return false;
  while (const Certificate next{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)})
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) return false;
  return true;
}

bool use_key(SSL_CTX* context, const std::string& pem) {
  const std::unique_ptr<BIO, Free<BIO_free>> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const auto no_passphrase = [](char*, int, int, void*) { return 0; }; // never ask at a terminal
  const std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1;
}

} // namespace

std::optional<Error> TlsServer::use(const std::string& certificates, const std::string& key) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), Free<SSL_CTX_free>());
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1)
    return Error{ErrorCode::unavailable, "TLS can't be set up"};
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  const bool fits = use_certificates(context.get(), certificates) && use_key(context.get(), key);
  ERR_clear_error();
  if (!fits) return Error{ErrorCode::invalid, "it takes a PEM certificate and the private key that belongs to it"};
  const std::lock_guard lock(mutex_);
  context_ = std::move(context);
  return {};
}

std::unique_ptr<Channel> TlsServer::channel(int socket) {
  const std::lock_guard lock(mutex_);
  if (!context_) return nullptr;
  Session session(SSL_new(context_.get())); // keeps the context as long as it needs it
  if (!session || SSL_set_fd(session.get(), socket) != 1) return nullptr;
  SSL_set_accept_state(session.get());
  return std::make_unique<TlsChannel>(std::move(session), failures_);
}

} // namespace greeter
