#include "agent/ingest/csv.h"

namespace tillsync::agent {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// Reads one row at a time from the front of the text.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }

  std::expected<CsvRow, CsvFault> row() {
    CsvRow row{line_, {}};
    while (true) {
      auto cell = this->cell();
      if (!cell) return std::unexpected(std::move(cell.error()));
      row.cells.push_back(std::move(*cell));
      if (at_end()) return row;
      const char c = text_[at_++];
      if (c == ',') continue;
      if (c == '\r' && !at_end() && text_[at_] == '\n') ++at_;
      ++line_;
      return row;
    }
  }

 private:
  bool ends_cell() const { return at_end() || text_[at_] == ',' || text_[at_] == '\n' || text_[at_] == '\r'; }

  std::expected<std::string, CsvFault> cell() {
    if (at_end() || text_[at_] != '"') {
      const std::size_t begin = at_;
      while (!ends_cell()) ++at_;
      return std::string(text_.substr(begin, at_ - begin));
    }
    const std::size_t opened = line_;
    std::string value;
    for (++at_; !at_end(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (c != '"') {
        value += c;
        continue;
      }
      if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        value += '"';
        ++at_;
        continue;
      }
      ++at_;
      if (ends_cell()) return value;
      return std::unexpected(CsvFault{line_, "text behind a closing quote"});
    }
    return std::unexpected(CsvFault{opened, "a quote that is not closed"});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

std::expected<std::vector<CsvRow>, CsvFault> parse_csv(std::string_view text, std::size_t rows_max) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  CsvReader reader(text);
  std::vector<CsvRow> rows;
  while (!reader.at_end()) {
    auto row = reader.row();
    if (!row) return std::unexpected(std::move(row.error()));
    if (row->cells.size() == 1 && row->cells[0].empty()) continue;
    if (rows.size() == rows_max) return std::unexpected(CsvFault{row->line, "more than " + std::to_string(rows_max) + " rows"});
    rows.push_back(std::move(*row));
  }
  return rows;
}

}  // namespace tillsync::agent
