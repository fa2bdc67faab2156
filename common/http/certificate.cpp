#include "common/http/certificate.h"

#include <gnutls/x509.h>

#include <memory>

namespace tillsync::http {

namespace {

using Certificate = std::unique_ptr<gnutls_x509_crt_int, void (*)(gnutls_x509_crt_t)>;

Result<Certificate> read_certificate(const std::string& pem) {
  gnutls_x509_crt_t raw = nullptr;
  if (gnutls_x509_crt_init(&raw) != GNUTLS_E_SUCCESS) return fail(ErrorCode::kInternal, "read certificate", "no memory for it");
  Certificate certificate(raw, &gnutls_x509_crt_deinit);
  const gnutls_datum_t text{reinterpret_cast<unsigned char*>(const_cast<char*>(pem.data())), static_cast<unsigned>(pem.size())};
  const int read = gnutls_x509_crt_import(certificate.get(), &text, GNUTLS_X509_FMT_PEM);
  if (read != GNUTLS_E_SUCCESS) return fail(ErrorCode::kInvalid, "read certificate", gnutls_strerror(read), "it must be a PEM file that begins with -----BEGIN CERTIFICATE-----");
  return certificate;
}

}  // namespace

Result<Instant> certificate_end(const std::string& pem) {
  constexpr std::int64_t kMicrosPerSecond = 1'000'000;
  TS_ASSIGN_OR_RETURN(const Certificate certificate, read_certificate(pem));
  const std::time_t ends = gnutls_x509_crt_get_expiration_time(certificate.get());
  if (ends == static_cast<std::time_t>(-1)) return fail(ErrorCode::kInvalid, "read certificate", "it does not say how long it is good");
  return Instant{static_cast<std::int64_t>(ends) * kMicrosPerSecond};
}

Result<std::string> certificate_der(const std::string& pem) {
  TS_ASSIGN_OR_RETURN(const Certificate certificate, read_certificate(pem));
  gnutls_datum_t der{};
  if (gnutls_x509_crt_export2(certificate.get(), GNUTLS_X509_FMT_DER, &der) != GNUTLS_E_SUCCESS) return fail(ErrorCode::kInternal, "read certificate", "it cannot be written as DER");
  const std::unique_ptr<unsigned char, void (*)(void*)> owned(der.data, gnutls_free);
  return std::string(reinterpret_cast<const char*>(der.data), der.size);
}

}  // namespace tillsync::http
