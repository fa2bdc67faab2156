#include "common/contract/contract_names.h"
#include "common/contract/document.h"
#include "common/crypto/crypto.h"

namespace tillsync {
namespace {

constexpr std::string_view kEventDomain = "tillsync-event-1";
constexpr std::string_view kConflictDomain = "tillsync-conflict-1";
constexpr std::string_view kEventPrefix = "e_";

/// Four bytes of length, big endian, then the bytes: no two lists of parts give the same text.
void append_part(std::string& out, std::string_view part) {
  const auto size = static_cast<std::uint32_t>(part.size());
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xff);
  out += part;
}

std::string identity_bytes(std::string_view domain, const Identity& identity) {
  std::string bytes;
  append_part(bytes, domain);
  append_part(bytes, identity.location.view());
  append_part(bytes, identity.till.view());
  append_part(bytes, identity.series.view());
  append_part(bytes, identity.contract);
  append_part(bytes, identity.document_no.view());
  return bytes;
}

BytesView first_bytes(const Sha256Digest& digest) {
  return {digest.data(), EventId::kSize};
}

}  // namespace

Identity identity_of(const Document& document, const LocationId& location) {
  const Header& header = document.header;
  return Identity{.location = location,
                  .till = header.till,
                  .series = header.series,
                  .contract = std::string(contract_name(header.contract)),
                  .document_no = header.document_no};
}

EventId event_id_of(const Identity& identity) {
  return *EventId::from_view(first_bytes(sha256({identity_bytes(kEventDomain, identity)})));
}

ExceptionId conflict_exception_id(const Identity& identity, const ContentHash& content) {
  std::string bytes = identity_bytes(kConflictDomain, identity);
  append_part(bytes, content.view());
  return ExceptionId("x_" + to_base32(first_bytes(sha256({bytes}))));
}

std::string event_id_text(const EventId& id) {
  return std::string(kEventPrefix) + to_base32(id.view());
}

std::optional<EventId> parse_event_id(std::string_view text) {
  if (!text.starts_with(kEventPrefix)) return std::nullopt;
  const auto bytes = from_base32(text.substr(kEventPrefix.size()));
  if (!bytes) return std::nullopt;
  return EventId::from_view(*bytes);
}

}  // namespace tillsync
