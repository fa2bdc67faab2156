// The limits that more than one folder holds someone outside to, each with its unit. Documented in README.md beside this file, tested
// at the limit and one beyond. A limit of one door stands with that door: agent/ingest (http_door, zmq_door, sale_csv, ingest_loop),
// hub/api (api_call, fleet_handlers). Pure.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tillsync {

// Documents at the doors (CONTRACT "Forms").
inline constexpr std::size_t kDocumentBytesMax = 4'000'000;      // one document as submitted
inline constexpr std::size_t kDocumentLinesMax = 5'000;          // entries in lines[] and in each other list of a document
inline constexpr std::size_t kDocumentsPerRequestMax = 500;
inline constexpr std::size_t kDocumentDepthMax = 32;             // nested objects and arrays
inline constexpr std::size_t kIdentifierCodePointsMax = 64;
inline constexpr std::size_t kFreeTextCodePointsMax = 4'000;     // description, reason text
inline constexpr std::size_t kRequestBytesMax = 16'000'000;      // a request at any door, before it is parsed
inline constexpr std::size_t kTreeValuesMax = 1'000'000;         // values (texts, numbers, lists, objects) in one request

// Frames between agent and hub (common/wire/README.md).
inline constexpr std::size_t kFrameBytesMax = 8'000'000;         // one ZeroMQ message
inline constexpr std::size_t kBatchEventsMax = 512;              // documents in one events frame
inline constexpr std::size_t kBatchBytesMax = 4'500'000;         // documents of one events frame, decompressed
inline constexpr std::size_t kWindowBytesMax = 4'000'000;        // unacknowledged bytes in flight of one agent
inline constexpr std::int64_t kHeartbeatSeconds = 15;
inline constexpr std::size_t kControlFrameBytesMax = 1'000'000;  // every frame but events and deliver
inline constexpr std::size_t kFrameDepthMax = 16;                // nested lists and maps of a frame, unknown fields among them
inline constexpr std::size_t kFrameTextBytesMax = 4'000;         // version, name, token, key, text
inline constexpr std::size_t kDeliverItemsMax = 512;             // inbox items in one deliver frame
inline constexpr std::size_t kDeliverBytesMax = 4'000'000;       // their payloads together
inline constexpr std::size_t kNonceBytesMax = 64;                // nonce of an error, proof of a hello

// Retention at the agent (ARCHITECTURE section 5).
inline constexpr std::int64_t kPayloadRetentionDays = 35;
inline constexpr std::int64_t kIdentityRetentionDays = 400;

}  // namespace tillsync
