// Comma separated values as RFC 4180 writes them: quoted fields with commas, line ends and doubled quotes in them; lines end
// in LF or CRLF; a byte order mark at the start is skipped. Bytes come in pieces of any size, records go out one by one. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"

namespace tillsync::demo {

inline constexpr std::size_t kCsvRecordBytesMax = 1'000'000;

struct CsvRecord {
  std::int64_t line = 0;  // of the file, from 1, where the record begins
  std::vector<std::string> fields;
};

class CsvParser {
 public:
  /// on_record is called for each record in order; its error ends the parsing. Empty lines are no records.
  using OnRecord = std::function<Result<void>(const CsvRecord&)>;
  explicit CsvParser(OnRecord on_record) : on_record_(std::move(on_record)) {}

  /// kInvalid (with the line) for a quote in the middle of an unquoted field or text behind a closing quote;
  /// kLimitExceeded for a record above kCsvRecordBytesMax.
  Result<void> feed(std::string_view piece);
  /// The end of the file: hands out a last record without line end; kInvalid when a quoted field is still open.
  Result<void> finish();

 private:
  enum class State : std::uint8_t { kFieldStart, kUnquoted, kQuoted, kQuoteSeen, kReturnSeen };

  Result<void> take(char c);
  Result<void> end_record();
  void end_field();
  std::unexpected<Error> invalid(std::int64_t line, std::string detail) const;

  OnRecord on_record_;
  CsvRecord record_;
  std::string field_;
  State state_ = State::kFieldStart;
  bool record_open_ = false;
  std::size_t record_bytes_ = 0;
  std::size_t mark_bytes_ = 0;   // how much of the byte order mark was seen
  bool at_start_ = true;
  std::int64_t line_ = 1;
  std::int64_t quote_line_ = 0;  // where the open quoted field began
};

/// One field, in quotes where it needs them.
std::string csv_field(std::string_view text);

}  // namespace tillsync::demo
