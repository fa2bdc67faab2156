#include "common/crypto/crypto.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kOpaqueIdDomain = "tillsync opaque 1";

/// Of bytes without an identity: the same bytes of the same location are the same event.
EventId opaque_event_id(const IncomingDocument& incoming) {
  const std::string location_bytes = std::to_string(incoming.location.value.size()) + ":" + incoming.location.value;
  const Sha256Digest digest = sha256({kOpaqueIdDomain, location_bytes, incoming.payload});
  return *EventId::from_view(BytesView(digest.data(), EventId::kSize));
}

void prepare_opaque(IncomingDocument& incoming, std::string why) {
  incoming.document.reset();
  incoming.decode_error = std::move(why);
  incoming.event_id = opaque_event_id(incoming);
  incoming.effective = false;
  if (!incoming.content_hash.is_zero()) return;
  const Sha256Digest digest = sha256({incoming.payload});
  incoming.content_hash = *ContentHash::from_view(BytesView(digest.data(), digest.size()));
}

bool is_effective(const IncomingDocument& incoming) {
  // A mode that nobody knows may mean anything, so only "live" moves stock and money.
  if (incoming.document->header.mode != "live") return false;
  for (const Warning& warning : incoming.warnings) {
    if (warning.code == "unknown_critical") return false;
  }
  return true;
}

}  // namespace

void prepare(IncomingDocument& incoming) {
  const bool is_known = incoming.kind == wire::EventKind::kDocument || incoming.kind == wire::EventKind::kConflict;
  if (incoming.kind == wire::EventKind::kOpaque) return prepare_opaque(incoming, "the agent could not decode it");
  if (!is_known)
    return prepare_opaque(incoming, "it is of kind " + std::to_string(static_cast<int>(incoming.kind)) + ", which this hub does not know");
  auto decoded = decode_document(incoming.payload);
  if (!decoded) return prepare_opaque(incoming, to_string(decoded.error()));
  incoming.document = std::move(*decoded);
  const Document& document = *incoming.document;
  incoming.event_id = event_id_of(identity_of(document, incoming.location));
  if (incoming.content_hash.is_zero()) incoming.content_hash = content_hash(document);
  incoming.warnings = check_document(document);
  incoming.effective = is_effective(incoming);
}

}  // namespace tillsync::hub
