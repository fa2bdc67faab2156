#include "agent/ingest/sale_csv.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "agent/ingest/answer.h"
#include "agent/ingest/csv.h"
#include "common/base/decimal.h"

namespace tillsync::agent {
namespace {

/// Columns of the document, taken from its first row, and those of each line; names as in sale/1.
constexpr std::array<std::string_view, 10> kHeaderColumns = {"contract",  "till",     "series", "document_no",    "business_date",
                                                             "occurred_at", "currency", "prices_include_tax", "operator", "customer"};
constexpr std::array<std::string_view, 8> kLineColumns = {"line_no", "kind", "sku", "gtin", "description", "qty", "unit_price", "amount"};
constexpr std::array<std::string_view, 4> kSumColumns = {"tax_code", "tax_rate", "tax_amount", "tender_type"};
constexpr std::array<std::string_view, 5> kNeededColumns = {"till", "document_no", "qty", "unit_price", "amount"};

class Table {
 public:
  Table(std::vector<CsvRow> rows) : rows_(std::move(rows)) {}

  std::optional<Problem> check() const {
    const auto problem = [](std::string detail) { return door_problem(422, "bad_csv", "The table cannot be read", std::move(detail)); };
    if (rows_.empty()) return problem("the file has no header line");
    const auto& names = rows_[0].cells;
    const auto has = [](const auto& list, std::string_view name) { return std::ranges::find(list, name) != list.end(); };
    for (const auto& name : names) {
      if (!has(kHeaderColumns, name) && !has(kLineColumns, name) && !has(kSumColumns, name)) return problem("column '" + name + "' is not known");
      if (std::ranges::count(names, name) > 1) return problem("column '" + name + "' is given twice");
    }
    for (const std::string_view needed : kNeededColumns)
      if (!has(names, needed)) return problem("column '" + std::string(needed) + "' is missing");
    for (const CsvRow& row : rows_)
      if (row.cells.size() != names.size())
        return problem("line " + std::to_string(row.line) + " has " + std::to_string(row.cells.size()) + " cells, the header has " +
                       std::to_string(names.size()));
    return std::nullopt;
  }

  std::span<const CsvRow> rows() const { return std::span(rows_).subspan(1); }
  std::string_view cell(const CsvRow& row, std::string_view column) const {
    const auto& names = rows_[0].cells;
    const auto at = static_cast<std::size_t>(std::ranges::find(names, column) - names.begin());
    return at < names.size() ? std::string_view(row.cells[at]) : std::string_view();
  }
  bool same_document(const CsvRow& a, const CsvRow& b) const {
    return std::ranges::all_of(std::array<std::string_view, 4>{"till", "series", "document_no", "contract"},
                               [&](std::string_view column) { return cell(a, column) == cell(b, column); });
  }

 private:
  std::vector<CsvRow> rows_;
};

/// The sums that the table leaves to us, in minor units. A number that is none, or an overflow, is the sender's to mend.
class Sums {
 public:
  explicit Sums(std::string_view currency) : currency_(currency) {}

  std::int64_t amount(std::string_view text, std::size_t line, std::string_view column) {
    if (text.empty()) return 0;
    const auto value = parse_decimal(text, minor_digits(currency_));
    if (value) return *value;
    if (!problem_)
      problem_ = make_problem("wrong_type", "line " + std::to_string(line) + ", column " + std::string(column) + ": " + value.error().detail);
    return 0;
  }
  std::int64_t add(std::int64_t a, std::int64_t b) {
    const auto sum = checked_add(a, b);
    if (!sum && !problem_) problem_ = make_problem("number_out_of_range", "the sums of this document are too large");
    return sum.value_or(0);
  }
  Value text(std::int64_t minor) const { return {format_amount(Amount{minor}, currency_)}; }
  const std::optional<Problem>& problem() const { return problem_; }

 private:
  std::string currency_;
  std::optional<Problem> problem_;
};

void put(ValueObject& object, std::string_view name, std::string_view cell) {
  if (!cell.empty()) object.emplace_back(std::string(name), Value{std::string(cell)});
}

struct Tax {
  std::string rate;
  std::int64_t base = 0, amount = 0;
};

std::expected<Value, Problem> document_of(const Table& table, std::span<const CsvRow> rows) {
  const CsvRow& first = rows.front();
  const auto head = [&](std::string_view column) { return table.cell(first, column); };
  const bool includes_tax = head("prices_include_tax") == "true";
  ValueObject document;
  for (const std::string_view column : kHeaderColumns) {
    if (column == "prices_include_tax") continue;
    put(document, column, column == "contract" && head(column).empty() ? "sale/1" : head(column));
  }
  if (!includes_tax && !head("prices_include_tax").empty() && head("prices_include_tax") != "false")
    return std::unexpected(make_problem("wrong_type", "line " + std::to_string(first.line) + ", column prices_include_tax: true or false"));
  document.emplace_back("prices_include_tax", Value{includes_tax});

  Sums sums(head("currency"));
  std::map<std::string, Tax, std::less<>> taxes;
  std::int64_t lines_sum = 0;
  std::int64_t tax_sum = 0;
  ValueArray lines;
  for (const CsvRow& row : rows) {
    ValueObject line;
    for (const std::string_view column : kLineColumns) {
      const std::string_view cell = table.cell(row, column);
      if (column == "line_no")
        line.emplace_back("line_no", Value{NumberText{cell.empty() ? std::to_string(lines.size() + 1) : std::string(cell)}});
      else
        put(line, column, column == "kind" && cell.empty() ? "goods" : cell);
    }
    const std::int64_t amount = sums.amount(table.cell(row, "amount"), row.line, "amount");
    const std::int64_t tax = sums.amount(table.cell(row, "tax_amount"), row.line, "tax_amount");
    lines_sum = sums.add(lines_sum, amount);
    tax_sum = sums.add(tax_sum, tax);
    if (const std::string_view code = table.cell(row, "tax_code"); !code.empty()) {
      line.emplace_back("tax_codes", Value{ValueArray{Value{std::string(code)}}});
      Tax& entry = taxes[std::string(code)];
      entry.rate = table.cell(row, "tax_rate");
      entry.base = sums.add(entry.base, includes_tax ? sums.add(amount, -tax) : amount);
      entry.amount = sums.add(entry.amount, tax);
    }
    lines.push_back(Value{std::move(line)});
  }
  const std::int64_t net = includes_tax ? sums.add(lines_sum, -tax_sum) : lines_sum;
  const std::int64_t gross = includes_tax ? lines_sum : sums.add(lines_sum, tax_sum);
  if (sums.problem()) return std::unexpected(*sums.problem());

  document.emplace_back("lines", Value{std::move(lines)});
  ValueArray summary;
  for (const auto& [code, tax] : taxes) {
    ValueObject entry{{"code", Value{code}}};
    put(entry, "rate", tax.rate);
    entry.emplace_back("base", sums.text(tax.base));
    entry.emplace_back("amount", sums.text(tax.amount));
    summary.push_back(Value{std::move(entry)});
  }
  if (!summary.empty()) document.emplace_back("tax_summary", Value{std::move(summary)});
  const std::string_view tender = head("tender_type");
  document.emplace_back("tenders", Value{ValueArray{Value{ValueObject{{"tender_no", Value{NumberText{"1"}}},
                                                                      {"type", Value{std::string(tender.empty() ? "cash" : tender)}},
                                                                      {"amount", sums.text(gross)}}}}});
  document.emplace_back("totals", Value{ValueObject{{"net", sums.text(net)}, {"tax", sums.text(tax_sum)}, {"gross", sums.text(gross)}}});
  return Value{std::move(document)};
}

}  // namespace

std::expected<std::vector<CsvDocument>, Problem> documents_in_csv(std::string_view text) {
  auto rows = parse_csv(text, kCsvRowsMax);
  if (!rows)
    return std::unexpected(door_problem(422, "bad_csv", "The table cannot be read", "line " + std::to_string(rows.error().line) + ": " + rows.error().text));
  const Table table(std::move(*rows));
  if (auto problem = table.check()) return std::unexpected(std::move(*problem));
  std::vector<CsvDocument> documents;
  auto rest = table.rows();
  while (!rest.empty()) {
    std::size_t count = 1;
    while (count < rest.size() && table.same_document(rest[0], rest[count])) ++count;
    documents.push_back({rest[0].line, document_of(table, rest.first(count))});
    rest = rest.subspan(count);
  }
  if (documents.empty()) return std::unexpected(make_problem("no_identity", "the table holds no document"));
  return documents;
}

}  // namespace tillsync::agent
