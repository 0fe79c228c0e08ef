#include "operator/certificates.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace greeter;
using namespace greeter::webhook;
using namespace std::chrono_literals;

namespace {

const Timestamp start = *parse_time("2026-11-22T00:00:00Z");
constexpr auto day = std::chrono::hours(24);
const std::vector<std::string> names{"greeter-webhook.greeter-operator.svc", "127.0.0.1"};

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

std::vector<Certificate> certificates_in(const std::string& pem) {
  std::vector<Certificate> all;
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                      &BIO_free);
  while (auto* const next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) all.emplace_back(next, &X509_free);
  return all;
}

// Whether a client that believes these authorities, and no others, believes the certificate at this time.
bool is_believed(const std::string& authorities, const std::string& certificate, const std::string& name,
                 Timestamp at) {
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(), &X509_STORE_free);
  for (const auto& authority : certificates_in(authorities)) X509_STORE_add_cert(store.get(), authority.get());
  const auto own = certificates_in(certificate);
  REQUIRE(own.size() == 1);
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(X509_STORE_CTX_new(),
                                                                                &X509_STORE_CTX_free);
  X509_STORE_CTX_init(context.get(), store.get(), own.front().get(), nullptr);
  auto* const rules = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(rules, std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
  X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_X509_STRICT);
  if (X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) != 1) X509_VERIFY_PARAM_set1_host(rules, name.c_str(), 0);
  return X509_verify_cert(context.get()) == 1;
}

Credentials made(const Credentials& there, Timestamp now, const std::vector<std::string>& wanted = names) {
  const auto next = renewed(there, wanted, now);
  REQUIRE_MESSAGE(next, (next ? "" : next.error().message));
  return next.value().value_or(there);
}

bool stays(const Credentials& there, Timestamp now) { return made(there, now) == there; }

} // namespace

TEST_CASE("certificates: out of nothing come an authority and a certificate that it vouches for") {
  const auto first = made({}, start);
  for (const auto& name : names) CHECK(is_believed(first.authorities, first.certificate, name, start));
  CHECK_FALSE(is_believed(first.authorities, first.certificate, "other.greeter-operator.svc", start));
  CHECK_FALSE(is_believed(made({}, start).authorities, first.certificate, names[0], start));
  CHECK(is_believed(first.authorities, first.certificate, names[0], start - 30min)); // clocks differ
  CHECK(is_believed(first.authorities, first.certificate, names[0], start + 90 * day - 1s));
  CHECK_FALSE(is_believed(first.authorities, first.certificate, names[0], start + 90 * day + 1s));
  CHECK(end_of(first.certificate) == start + 90 * day);
  CHECK(end_of(first.authorities) == start + 3650 * day);

  const auto own = certificates_in(first.certificate);
  auto* const key = X509_get0_pubkey(own.front().get());
  CHECK(EVP_PKEY_get_bits(key) == 256);
  CHECK((X509_get_extension_flags(own.front().get()) & EXFLAG_CA) == 0);
  CHECK(certificates_in(first.authorities).size() == 1);
}

TEST_CASE("certificates: what is good stays, to the byte") {
  const auto first = made({}, start);
  CHECK(stays(first, start));
  CHECK(stays(first, start + 59 * day));
  CHECK(stays(first, start - 2 * day)); // a clock that is behind
}

TEST_CASE("certificates: a certificate is renewed when two thirds of its life are over, by the same authority") {
  const auto first = made({}, start);
  const auto due = start + 60 * day + 1h;
  const auto second = made(first, due);
  CHECK(second.certificate != first.certificate);
  CHECK(second.key != first.key);
  CHECK(second.authorities == first.authorities);
  CHECK(second.authority_key == first.authority_key);
  CHECK(is_believed(first.authorities, second.certificate, names[0], due));
  CHECK(end_of(second.certificate) == due + 90 * day);
  CHECK(stays(second, due));
}

TEST_CASE("certificates: other names, or what does not fit or makes no sense, is replaced") {
  const auto first = made({}, start);
  const auto other = made({}, start);
  const auto renamed = made(first, start, {"webhook.example.com"});
  CHECK(renamed.authorities == first.authorities);
  CHECK(is_believed(first.authorities, renamed.certificate, "webhook.example.com", start));
  const auto broken = [&](auto change) {
    auto there = first;
    change(there);
    const auto next = made(there, start);
    CHECK(is_believed(next.authorities, next.certificate, names[0], start));
    CHECK(stays(next, start));
    return next;
  };
  CHECK(broken([&](auto& c) { c.key = other.key; }).authorities == first.authorities);
  CHECK(broken([&](auto& c) { c.key.clear(); }).authorities == first.authorities);
  CHECK(broken([&](auto& c) { c.certificate = "text"; }).authorities == first.authorities);
  CHECK(broken([&](auto& c) { c.certificate = other.certificate, c.key = other.key; }).authorities ==
        first.authorities);
  CHECK(broken([&](auto& c) {
          c.authorities = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        }).authorities != first.authorities);
  // Without its key an authority can't sign any more, but what it has signed is still good.
  const auto locked = broken([&](auto& c) { c.authority_key = other.authority_key; });
  CHECK(locked.certificate == first.certificate);
  CHECK(certificates_in(locked.authorities).size() == 2);
}

TEST_CASE("certificates: at every moment of twenty years, who was told a moment ago believes what is shown") {
  auto there = made({}, start);
  auto told = there.authorities;
  std::set<std::string> authorities, certificates;
  for (auto now = start; now < start + 7300 * day; now += 10 * day) {
    const auto next = made(there, now);
    // Whoever has not heard of this change yet believes the new certificate all the same.
    CHECK(is_believed(told, next.certificate, names[0], now));
    CHECK(is_believed(next.authorities, there.certificate, names[0], now));
    CHECK(is_believed(next.authorities, next.certificate, names[0], now + 29 * day));
    CHECK(certificates_in(next.authorities).size() <= 2);
    authorities.insert(next.authority_key);
    certificates.insert(next.certificate);
    there = next;
    told = next.authorities;
  }
  CHECK(authorities.size() == 3);
  CHECK(certificates.size() > 110);
}

TEST_CASE("certificates: after years without anybody looking, all is made anew") {
  const auto first = made({}, start);
  const auto late = start + 5000 * day;
  const auto next = made(first, late);
  CHECK(is_believed(next.authorities, next.certificate, names[0], late));
  CHECK(certificates_in(next.authorities).size() == 1);
}
