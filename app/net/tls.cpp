#include "net/tls.hpp"

#include <fmt/format.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <climits>
#include <utility>

namespace greeter {

namespace {

Error unusable(const std::string& file) {
  ERR_clear_error();
  return {ErrorCode::invalid, fmt::format("{} can't be used for TLS: it is not there, or holds something else", file)};
}

int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*none*/) {
  return 0;
} // else OpenSSL asks for it

template <class T, class Free> auto owned(T* object, Free free) { return std::unique_ptr<T, Free>(object, free); }

// Everything of a kind that a PEM text holds, which is one at least; false: there is none, or something is wrong.
template <class Read, class Take> bool each_of(const std::string& pem, Read read, Take take) {
  if (pem.size() > INT_MAX) return false;
  const auto in = owned(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  std::size_t found = 0;
  for (; auto* const one = read(in.get(), nullptr, &no_password, nullptr); ++found)
    if (!take(one)) return false;
  const bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  return is_end && found > 0;
}

bool trust(SSL_CTX* context, const std::string& authorities) {
  return each_of(authorities, &PEM_read_bio_X509, [&](X509* certificate) {
    const auto owner = owned(certificate, &X509_free);
    return X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate) == 1;
  });
}

bool present(SSL_CTX* context, const std::string& chain, const std::string& key) {
  bool is_first = true;
  const bool took = each_of(chain, &PEM_read_bio_X509, [&](X509* certificate) {
    const auto owner = owned(certificate, &X509_free);
    return (std::exchange(is_first, false) ? SSL_CTX_use_certificate(context, certificate)
                                           : SSL_CTX_add1_chain_cert(context, certificate)) == 1;
  });
  if (!took || key.size() > INT_MAX) return false;
  const auto in = owned(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())), &BIO_free);
  const auto own = owned(PEM_read_bio_PrivateKey(in.get(), nullptr, &no_password, nullptr), &EVP_PKEY_free);
  return own && SSL_CTX_use_PrivateKey(context, own.get()) == 1;
}

} // namespace

void Tls::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void TlsSession::Free::operator()(ssl_st* session) const { SSL_free(session); }

Result<Tls> Tls::make() {
  Tls tls;
  tls.context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!tls.context_ || SSL_CTX_set_min_proto_version(tls.context(), TLS1_2_VERSION) != 1)
    return Error{ErrorCode::unavailable, "TLS can't be set up"};
  SSL_CTX_set_verify(tls.context(), SSL_VERIFY_PEER, nullptr);
  return tls;
}

Result<Tls> Tls::load(const std::string& ca_file, const std::string& certificate_file, const std::string& key_file) {
  auto tls = make();
  if (!tls) return tls;
  auto* const context = tls.value().context();
  const bool trusts = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                      : SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) == 1;
  if (!trusts) return unusable(ca_file);
  if (certificate_file.empty()) return tls;
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) return unusable(certificate_file);
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) return unusable(key_file);
  return tls;
}

Result<Tls> Tls::of_pem(const std::string& authorities, const std::string& chain, const std::string& key) {
  auto tls = make();
  if (!tls) return tls;
  auto* const context = tls.value().context();
  if (authorities.empty() ? SSL_CTX_set_default_verify_paths(context) != 1 : !trust(context, authorities))
    return unusable("the certificate authority");
  if (!chain.empty() && !present(context, chain, key)) return unusable("the client certificate, or its key,");
  return tls;
}

Result<TlsSession> TlsSession::begin(const Tls& tls, const std::string& host) {
  TlsSession session;
  session.host_ = host;
  session.session_.reset(SSL_new(tls.context()));
  auto* const ssl = session.session_.get();
  if (!ssl) return Error{ErrorCode::unavailable, "there is no memory for TLS"};
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) != 1) {
    ERR_clear_error();
    SSL_set1_host(ssl, host.c_str());
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }
  return session;
}

TlsSession::Step TlsSession::step(int result) {
  if (result > 0) return Step::done;
  const int why = SSL_get_error(session_.get(), result);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return Step::needs_more;
  const auto verified = SSL_get_verify_result(session_.get());
  if (verified != X509_V_OK) error_ = X509_verify_cert_error_string(verified);
  else if (const auto* const reason = ERR_reason_error_string(ERR_peek_error())) error_ = reason;
  else error_ = "it closed the connection";
  ERR_clear_error();
  return Step::failed;
}

TlsSession::Step TlsSession::shake_hands() { return step(SSL_do_handshake(session_.get())); }

TlsSession::Step TlsSession::write(std::string_view plain) {
  std::size_t written = 0;
  return step(SSL_write_ex(session_.get(), plain.data(), plain.size(), &written));
}

TlsSession::Step TlsSession::read(std::string& plain) {
  std::array<char, 16'384> buffer;
  std::size_t count = 0;
  const auto result = step(SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &count));
  plain.append(buffer.data(), count);
  return result;
}

void TlsSession::feed(std::string_view received) {
  BIO_write(SSL_get_rbio(session_.get()), received.data(), static_cast<int>(received.size()));
}

std::string TlsSession::take() {
  auto* const out = SSL_get_wbio(session_.get());
  std::string bytes(BIO_ctrl_pending(out), '\0');
  if (!bytes.empty()) BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

Error TlsSession::error() const {
  return {ErrorCode::unavailable, fmt::format("TLS with {} failed: {}", host_, error_)};
}

} // namespace greeter
