// The fields of each frame, in the order of the wire, once for both directions: fields(archive, message) hands every field to the
// archive in one call. A new field of a minor version is appended and read only when the frame has it. Pure.
#pragma once

#include <cstddef>
#include <type_traits>

#include "common/base/limits.h"
#include "common/wire/messages.h"

namespace tillsync::wire {

/// Both forms travel as std::string, so that a field says which it is. Text (str): UTF-8, checked. Blob (bin): any bytes.
template <class T>
struct Text {
  T& value;
  std::size_t bytes_max;
};
template <class T>
struct Blob {
  T& value;
  std::size_t bytes_max;
};
/// A field that a minor version has appended: where a frame of an older one ends before it, its default stays.
template <class T>
struct Later {
  T& value;
};
template <class T>
struct Later<Text<T>> {
  Text<T> value;
};
template <class T>
inline constexpr bool kIsLater = false;
template <class T>
inline constexpr bool kIsLater<Later<T>> = true;
template <class T>
Later<T> later(T& value) {
  return {value};
}
template <class T>
Later<Text<T>> later(Text<T>&& value) {
  return {value};
}
template <class T>
Text<T> text(T& value) {
  return {value, kFrameTextBytesMax};
}
template <class T>
Blob<T> blob(T& value, std::size_t bytes_max = kControlFrameBytesMax) {
  return {value, bytes_max};
}

template <class Frame>
inline constexpr Kind kKindOf = Kind::kFault;
template <> inline constexpr Kind kKindOf<Hello> = Kind::kHello;
template <> inline constexpr Kind kKindOf<Welcome> = Kind::kWelcome;
template <> inline constexpr Kind kKindOf<Events> = Kind::kEvents;
template <> inline constexpr Kind kKindOf<Ack> = Kind::kAck;
template <> inline constexpr Kind kKindOf<Credit> = Kind::kCredit;
template <> inline constexpr Kind kKindOf<Gap> = Kind::kGap;
template <> inline constexpr Kind kKindOf<Deliver> = Kind::kDeliver;
template <> inline constexpr Kind kKindOf<Delivered> = Kind::kDelivered;
template <> inline constexpr Kind kKindOf<Attach> = Kind::kAttach;
template <> inline constexpr Kind kKindOf<Status> = Kind::kStatus;
template <> inline constexpr Kind kKindOf<Request> = Kind::kRequest;
template <> inline constexpr Kind kKindOf<Reply> = Kind::kReply;
template <> inline constexpr Kind kKindOf<Command> = Kind::kCommand;
template <> inline constexpr Kind kKindOf<CommandResult> = Kind::kCommandResult;
template <> inline constexpr Kind kKindOf<Enroll> = Kind::kEnroll;
template <> inline constexpr Kind kKindOf<Enrolled> = Kind::kEnrolled;

/// M is the frame, const when it is written.
template <class M, class Frame>
concept FrameOf = std::is_same_v<std::remove_const_t<M>, Frame>;

void fields(auto& a, FrameOf<Hello> auto& m) {
  a(text(m.version), m.boot, m.hello_no, m.epoch, m.first_seq, m.last_seq, m.acked_seq, m.acked_chain, m.incarnation, m.inbox_cursor,
    m.now, blob(m.proof, kNonceBytesMax));
}
void fields(auto& a, FrameOf<Welcome> auto& m) {
  a(m.hello_no, m.session, m.incarnation, m.epoch, m.epoch_known, m.seq, m.chain, m.credit_bytes, m.heartbeat_s, m.now,
    text(m.location.value), later(text(m.version)));
}
void fields(auto& a, FrameOf<Events> auto& m) { a(m.session, m.epoch, m.first_seq, m.chain, m.events); }
void fields(auto& a, FrameOf<Ack> auto& m) { a(m.session, m.epoch, m.seq, m.chain, m.credit_bytes); }
void fields(auto& a, FrameOf<Credit> auto& m) { a(m.credit_bytes); }
void fields(auto& a, FrameOf<Gap> auto& m) { a(m.session, m.epoch, m.first_seq, m.last_seq, m.chain, text(m.reason)); }
void fields(auto& a, FrameOf<Deliver> auto& m) { a(m.after, m.items); }
void fields(auto& a, FrameOf<Delivered> auto& m) { a(m.no); }
void fields(auto& a, FrameOf<Attach> auto& m) { a(text(m.version), m.boot); }
void fields(auto& a, FrameOf<Status> auto& m) {
  a(m.boot, m.backlog, m.oldest_unsent_s, m.disk_free_bytes, m.now, text(m.version), m.refused, m.inbox_cursor, m.resident_bytes,
    text(m.host), later(m.hub_now), later(m.disk_total_bytes), later(m.config_revision), later(m.config_item), later(text(m.config_error)));
}
void fields(auto& a, FrameOf<Request> auto& m) { a(text(m.request_id), text(m.method), m.after_seq, blob(m.body)); }
void fields(auto& a, FrameOf<Reply> auto& m) { a(text(m.request_id), m.status, blob(m.body)); }
void fields(auto& a, FrameOf<Command> auto& m) { a(text(m.command_id), text(m.name), blob(m.body)); }
void fields(auto& a, FrameOf<CommandResult> auto& m) { a(text(m.command_id), m.ok, blob(m.body)); }
void fields(auto& a, FrameOf<Enroll> auto& m) { a(text(m.token), text(m.name), text(m.version), later(text(m.location)), later(text(m.till))); }
void fields(auto& a, FrameOf<Enrolled> auto& m) { a(text(m.agent_id.value), text(m.location.value)); }
void fields(auto& a, FrameOf<Fault> auto& m) { a(m.code, text(m.text), m.retryable, blob(m.nonce, kNonceBytesMax)); }

}  // namespace tillsync::wire
