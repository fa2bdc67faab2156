#include "hub/app/hub_config.h"

namespace tillsync::hub {

const std::vector<config::Key>& hub_config_keys() {
  static const std::vector<config::Key> kKeys = {
      {"listen.sync", std::string("tcp://0.0.0.0:7001"), "ZeroMQ endpoint", "Where agents connect (CURVE)"},
      {"listen.sync_public", std::string(), "ZeroMQ endpoint", "How agents reach listen.sync, for the enrolment command; empty: by this machine's name"},
      {"listen.http", std::string("127.0.0.1:7080"), "address:port", "Where API and console listen"},
      {"listen.certificate", std::string(), "path of a PEM file", "TLS certificate of the API; empty: plain HTTP"},
      {"listen.key", std::string(), "path of a PEM file", "TLS key of the API"},
      {"listen.trusted_proxies", std::vector<std::string>(), "numeric addresses", "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed"},
      {"listen.hosts", std::vector<std::string>(), "names", "Names that browsers reach the API by without TLS, beside its address and localhost"},
      {"hub.name", std::string("Tillsync"), "text", "What the console calls this hub"},
      {"access.session_idle", std::int64_t{1'800}, "seconds, 60 to 2592000", "A log-in ends so long after its last call"},
      {"access.session_longest", std::int64_t{43'200}, "seconds, 60 to 2592000", "A log-in ends so long after its beginning, however busy"},
      {"access.token_rate", std::int64_t{10'000}, "calls a second", "So often may one API token call, four seconds' worth at once; 0: no limit"},
      {"access.session_rate", std::int64_t{50}, "calls a second", "So often may one log-in call, four seconds' worth at once; 0: no limit"},
      {"data.url", std::string("sqlite:///var/lib/tillsync/hub.db"), "sqlite:// and a path", "The database"},
      {"data.keys", std::string(), "path of a folder", "The hub's CURVE keys; empty: `keys` beside the database"},
      {"data.cache", std::int64_t{64}, "MiB", "Page cache of the writer"},
      {"erp.connector", std::string("generic"), "name of a folder in hub/erp/connectors", "How the ERP is spoken to"},
      {"erp.connectors_dir", std::string(), "path of a folder", "Connectors of your own; empty: those built in"},
      {"erp.url", std::string(), "URL", "Where postings go; empty: they wait"},
      {"erp.post", std::string("document"), "document, summed", "What is posted: each receipt, or one entry per location, business date and currency"},
      {"erp.sum_after", std::int64_t{10'800}, "seconds", "A day is summed so long after its end (UTC)"},
      {"erp.chart", std::string(), "path of a JSON file", "Chart of accounts per company; empty: the default one"},
      {"erp.settings.*", std::string(), "texts", "What the connector needs: its README names them; secrets are better in the environment"},
      {"erp.concurrency", std::int64_t{0}, "requests", "At most so many in flight; 0: as the connector says"},
      {"erp.late_documents", std::string("next_open"), "next_open, exception", "What becomes of a posting for a day that is closed: dated to the next open one, or held"},
      {"closes.expected_after", std::int64_t{6}, "hours, 0 to 168", "So long after the end of a business date (UTC) every till must have sent its close"},
      {"closes.over_short", std::int64_t{500}, "minor units, e.g. cents", "A counted tender may differ from its close by so much without an exception"},
      {"reservations.policy", std::string(), "path of a JSON file", "How holds, sourcing, oversell rulings and quota leases go; empty: the defaults"},
      {"notify.smtp_url", std::string(), "smtp://host:25 or smtps://host:465", "Mail server for notifications; empty: no letters are sent"},
      {"notify.smtp_from", std::string(), "mailbox", "Sender of notifications"},
      {"notify.smtp_user", std::string(), "text", "Name at the mail server; empty: none is given"},
      {"notify.smtp_password", std::string(), "text", "Its password, better in the environment; sent over TLS only"},
      {"notify.console_url", std::string(), "URL without a slash at its end", "Where people reach the console, for links in letters; empty: no links"},
      {"log.level", std::string("info"), "debug, info, warning, error", "What is logged"},
      {"log.format", std::string("text"), "text, json", "How it is logged"},
      {"log.file", std::string(), "path", "Where it is logged; empty: standard error"},
  };
  return kKeys;
}

std::string reachable_endpoint(const std::string& bound, const std::string& host) {
  constexpr std::string_view kTcp = "tcp://";
  const std::size_t port = bound.rfind(':');
  if (!bound.starts_with(kTcp) || port < kTcp.size()) return bound;
  const std::string address = bound.substr(kTcp.size(), port - kTcp.size());
  const bool is_any = address == "0.0.0.0" || address == "*" || address == "[::]";
  return is_any ? std::string(kTcp) + host + bound.substr(port) : bound;
}

}  // namespace tillsync::hub
