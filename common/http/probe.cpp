#include "common/http/probe.h"

#include <gnutls/gnutls.h>

#include <memory>

#include "common/base/net.h"

namespace tillsync::http {
namespace {

constexpr std::string_view kQuestion = "GET /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
constexpr std::string_view kHttp = "HTTP/1.";
constexpr std::int64_t kMicrosPerMillisecond = 1'000;

/// The session goes first, since it points to the credentials.
struct Session {
  std::unique_ptr<gnutls_certificate_credentials_st, void (*)(gnutls_certificate_credentials_t)> credentials{nullptr, &gnutls_certificate_free_credentials};
  std::unique_ptr<gnutls_session_int, void (*)(gnutls_session_t)> session{nullptr, &gnutls_deinit};
};

bool set_up(Session& made, int socket, Duration timeout) {
  gnutls_certificate_credentials_t credentials = nullptr;
  if (gnutls_certificate_allocate_credentials(&credentials) != GNUTLS_E_SUCCESS) return false;
  made.credentials.reset(credentials);
  gnutls_session_t session = nullptr;
  if (gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL) != GNUTLS_E_SUCCESS) return false;
  made.session.reset(session);
  const auto patience = static_cast<unsigned>(timeout.micros / kMicrosPerMillisecond);
  gnutls_transport_set_int(session, socket);
  gnutls_handshake_set_timeout(session, patience);
  gnutls_record_set_timeout(session, patience);
  return gnutls_set_default_priority(session) == GNUTLS_E_SUCCESS && gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials) == GNUTLS_E_SUCCESS;
}

void ask_in_tls(Met& met, const os::Connection& connection, Duration timeout) {
  Session made;
  if (!set_up(made, connection.descriptor(), timeout)) return;
  int done = 0;
  do done = gnutls_handshake(made.session.get());
  while (done < 0 && gnutls_error_is_fatal(done) == 0);
  if (done != GNUTLS_E_SUCCESS) return;
  unsigned count = 0;
  if (const gnutls_datum_t* shown = gnutls_certificate_get_peers(made.session.get(), &count); shown != nullptr && count > 0)
    met.certificate.assign(reinterpret_cast<const char*>(shown->data), shown->size);
  if (gnutls_record_send(made.session.get(), kQuestion.data(), kQuestion.size()) < 0) return;
  char head[kHttp.size()] = {};
  ssize_t received = 0;
  do received = gnutls_record_recv(made.session.get(), head, sizeof head);
  while (received == GNUTLS_E_AGAIN || received == GNUTLS_E_INTERRUPTED);
  met.speaks_http = received > 0 && std::string_view(head, static_cast<std::size_t>(received)) == kHttp;
}

std::string callable(const std::string& address) {
  if (address == "0.0.0.0") return "127.0.0.1";
  return address == "::" ? "::1" : address;
}

}  // namespace

Met call(const std::string& address, std::uint16_t port, bool tls, Duration timeout) {
  Met met;
  const auto to = os::SocketAddress::parse(callable(address), port);
  if (!to) return met;
  auto connection = os::Connection::open(*to, timeout);
  if (!connection) return met;
  met.is_there = true;
  if (tls) {
    ask_in_tls(met, *connection, timeout);
    return met;
  }
  if (!connection->send(kQuestion)) return met;
  const auto head = connection->receive(kHttp.size());
  met.speaks_http = head && *head == kHttp;
  return met;
}

}  // namespace tillsync::http
