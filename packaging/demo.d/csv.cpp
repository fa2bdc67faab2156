#include "packaging/demo.d/csv.h"

namespace tillsync::demo {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::unexpected<Error> CsvParser::invalid(std::int64_t line, std::string detail) const {
  return fail(ErrorCode::kInvalid, "line " + std::to_string(line), std::move(detail));
}

Result<void> CsvParser::feed(std::string_view piece) {
  for (const char c : piece) {
    if (at_start_) {
      if (mark_bytes_ < kByteOrderMark.size() && c == kByteOrderMark[mark_bytes_]) {
        if (++mark_bytes_ == kByteOrderMark.size()) at_start_ = false;
        continue;
      }
      at_start_ = false;
      // What looked like the mark was text.
      for (std::size_t i = 0; i < mark_bytes_; ++i) TS_RETURN_IF_ERROR(take(kByteOrderMark[i]));
    }
    TS_RETURN_IF_ERROR(take(c));
  }
  return {};
}

Result<void> CsvParser::take(char c) {
  if (state_ == State::kReturnSeen) {
    if (c == '\n') {
      state_ = State::kFieldStart;
      TS_RETURN_IF_ERROR(end_record());
      ++line_;
      return {};
    }
    return invalid(line_, "a carriage return stands alone; a line ends in LF or CRLF");
  }
  if (!record_open_) {
    record_open_ = true;
    record_.line = line_;
  }
  if (++record_bytes_ > kCsvRecordBytesMax)
    return fail(ErrorCode::kLimitExceeded, "line " + std::to_string(record_.line),
                "the record is longer than " + std::to_string(kCsvRecordBytesMax) + " bytes",
                "a quote that is never closed looks like this");
  if (state_ == State::kQuoted) {
    if (c == '"')
      state_ = State::kQuoteSeen;
    else
      field_.push_back(c);
    if (c == '\n') ++line_;
    return {};
  }
  switch (c) {
    case '"':
      if (state_ == State::kFieldStart) {
        state_ = State::kQuoted;
        quote_line_ = line_;
        return {};
      }
      if (state_ == State::kQuoteSeen) {
        field_.push_back('"');
        state_ = State::kQuoted;
        return {};
      }
      return invalid(line_, "a quote stands inside a field that does not begin with one");
    case ',':
      end_field();
      state_ = State::kFieldStart;
      return {};
    case '\r':
      state_ = State::kReturnSeen;
      return {};
    case '\n':
      state_ = State::kFieldStart;
      TS_RETURN_IF_ERROR(end_record());
      ++line_;
      return {};
    default:
      if (state_ == State::kQuoteSeen) return invalid(line_, "text follows the quote that closes a field");
      field_.push_back(c);
      state_ = State::kUnquoted;
      return {};
  }
}

void CsvParser::end_field() {
  record_.fields.push_back(std::move(field_));
  field_.clear();
}

Result<void> CsvParser::end_record() {
  end_field();
  const bool empty_line = record_.fields.size() == 1 && record_.fields[0].empty();
  Result<void> outcome = empty_line ? Result<void>{} : on_record_(record_);
  record_.fields.clear();
  record_bytes_ = 0;
  record_open_ = false;
  return outcome;
}

Result<void> CsvParser::finish() {
  if (at_start_ && mark_bytes_ > 0) {
    at_start_ = false;
    for (std::size_t i = 0; i < mark_bytes_; ++i) TS_RETURN_IF_ERROR(take(kByteOrderMark[i]));
  }
  if (state_ == State::kQuoted) return invalid(quote_line_, "a quoted field that begins here is never closed");
  if (!record_open_) return {};
  state_ = State::kFieldStart;
  return end_record();
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace tillsync::demo
