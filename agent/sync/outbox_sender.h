// Sends the outbox's rows behind the hub's position: asks for rows ahead of need, makes batches, keeps several on their way within
// window and credit, and checks each acknowledgement against what was sent. Part of AgentSession; pure.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "agent/outbox/outbox.h"
#include "common/sync/window.h"
#include "common/wire/messages.h"

namespace tillsync::agent {

inline constexpr std::size_t kBatchesInFlightMax = 64;
inline constexpr std::size_t kRowsAheadBytesMax = 512 * 1024;  // rows in memory that are not sent yet, beside one that is larger
/// The slowest link that is waited for: below it a batch counts as lost.
inline constexpr std::int64_t kLinkBytesPerSecondMin = 2'000;

enum class AckVerdict { kTaken, kStale, kWrong };

class OutboxSender {
 public:
  struct RowsWish {
    std::uint64_t first_seq;
    std::size_t count_max, bytes_max;
  };
  struct Position {
    std::uint64_t session = 0;
    EpochId epoch;
    std::uint64_t seq = 0;  // the hub stands here
    ChainHash chain;
    std::int64_t credit_bytes = 0;
  };

  /// Goes on behind the hub's position; what was on its way before is forgotten.
  void start(Position position, std::uint64_t last_seq);
  void stop();
  bool is_running() const { return running_; }

  void outbox_advanced(std::uint64_t last_seq);
  void set_credit(std::int64_t credit_bytes) { position_.credit_bytes = credit_bytes; }

  /// At most one wish is open; each is answered once by rows_loaded (empty: could not be read; try_again asks anew).
  std::optional<RowsWish> next_wish();
  void rows_loaded(std::vector<OutboxRow> rows);
  bool is_stalled() const { return stalled_; }
  void try_again() { stalled_ = false; }
  /// The seq whose chain a gap needs; answered by gap_chain_loaded. False: the outbox does not know it either.
  std::optional<std::uint64_t> next_chain_wish();
  bool gap_chain_loaded(std::uint64_t seq, std::optional<ChainHash> chain);

  /// An events or gap frame, when window and credit let one go.
  std::optional<Bytes> next_frame(Duration now);
  AckVerdict acknowledge(const wire::Ack& ack, Duration now);

  std::uint64_t acked_seq() const { return position_.seq; }
  const ChainHash& acked_chain() const { return position_.chain; }
  std::uint64_t sent_seq() const { return sent_seq_; }
  bool has_flight() const { return !flight_.empty(); }
  /// When the oldest batch on its way counts as lost, if nothing is acknowledged until then.
  std::optional<Duration> overdue_at(Duration patience) const;
  sync::Window& window() { return window_; }
  const sync::Window& window() const { return window_; }

 private:
  struct Sent {
    std::uint64_t last_seq = 0;
    ChainHash chain;
    std::size_t plain_bytes = 0;
    sync::Window::Sample sample;
  };
  struct Batch {
    std::size_t count = 0, plain_bytes = 0;
  };

  std::uint64_t next_load_seq() const;
  bool more_to_load() const;
  std::size_t plain_of_wire(std::size_t wire_bytes) const;
  std::size_t wire_of_plain(std::size_t plain_bytes) const;
  Batch plan_batch() const;
  bool may_send(const Batch& batch) const;
  Bytes take_batch(const Batch& batch, Duration now);
  Bytes take_gap(Duration now);
  void note_sent(std::uint64_t last_seq, const ChainHash& chain, std::size_t plain_bytes, std::size_t wire_bytes, Duration now);
  void check_for_gap();

  bool running_ = false;
  Position position_;
  std::uint64_t sent_seq_ = 0, last_seq_ = 0;
  std::deque<OutboxRow> rows_;  // loaded, not sent, contiguous behind sent_seq_ (or behind the gap)
  std::size_t rows_bytes_ = 0;
  bool wish_open_ = false, wish_stale_ = false, stalled_ = false;
  struct GapAhead {
    std::uint64_t last_seq = 0;
    std::optional<ChainHash> chain;
    bool asked = false;
    std::string reason;
  };
  std::optional<GapAhead> gap_;
  std::deque<Sent> flight_;
  std::size_t flight_plain_bytes_ = 0;
  Duration progress_at_{0};
  std::size_t plain_per_wire_permille_ = 1'000;  // how well batches were packed lately
  sync::Window window_;
};

}  // namespace tillsync::agent
