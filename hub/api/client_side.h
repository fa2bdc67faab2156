// What may be believed of where a call comes from: its address, whether TLS protects it, whether the page that sent it is the hub's own.
// Behind a proxy the headers X-Forwarded-For and X-Forwarded-Proto say so, and are believed from trusted addresses only. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/http/server.h"

namespace tillsync::hub {

struct ListenPolicy {
  bool is_tls = false;                       // the hub ends TLS itself
  std::vector<std::string> trusted_proxies = {};  // numeric addresses
  std::vector<std::string> hosts = {};            // names that the hub is reached by without TLS, beside addresses and localhost
};

struct ClientSide {
  std::string address;
  bool by_tls = false;
  bool by_proxy = false;
};
ClientSide client_side_of(const http::Request& request, const ListenPolicy& policy);

/// A name in Host that is none of the hub's may be a web page that has its own name point here. Addresses cannot; with TLS the certificate
/// is in the way; behind a proxy the proxy knows.
bool is_own_host(const http::Request& request, const ClientSide& client, const ListenPolicy& policy);
/// False for a call that a browser says comes from another site's page (Origin, Sec-Fetch-Site). Programs send neither.
bool is_own_page(const http::Request& request, const ClientSide& client);

/// What lockouts count by: an IPv4 address, of an IPv6 address its /64, since a household has all of one.
std::string lockout_address(std::string_view address);

}  // namespace tillsync::hub
