#include "common/sql/sqlite_statement.h"

#include "common/sql/placeholder.h"
#include "common/sql/sqlite_error.h"

namespace tillsync::sql {
namespace {

constexpr std::size_t kCachedStatementsMax = 512;  // stores use named constants, so only generated text can pass this
constexpr std::size_t kStatementCharactersShown = 80;

/// SQLite takes a null pointer for NULL, whatever its length; an empty view must stay an empty text.
const char* never_null(std::string_view text) { return text.data() == nullptr ? "" : text.data(); }

int bind_one(sqlite3_stmt* statement, int index, const Param& param) {
  if (const auto* number = std::get_if<std::int64_t>(&param)) return sqlite3_bind_int64(statement, index, *number);
  if (const auto* text = std::get_if<std::string_view>(&param))
    return sqlite3_bind_text64(statement, index, never_null(*text), text->size(), nullptr, SQLITE_UTF8);
  if (const auto* blob = std::get_if<Blob>(&param))
    return sqlite3_bind_blob64(statement, index, never_null(blob->bytes), blob->bytes.size(), nullptr);
  return sqlite3_bind_null(statement, index);
}

}  // namespace

std::string shortened(std::string_view statement) {
  std::string text;
  for (const char c : statement) {
    const bool is_space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (is_space && (text.empty() || text.back() == ' ')) continue;
    if (text.size() == kStatementCharactersShown) return text + "…";
    text += is_space ? ' ' : c;
  }
  return text;
}

bool SqliteRow::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::int64_t SqliteRow::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view SqliteRow::text(int column) const {
  const unsigned char* data = sqlite3_column_text(statement_, column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

BytesView SqliteRow::blob(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

StatementLease::StatementLease(PreparedStatement& statement, std::unique_ptr<PreparedStatement> owned)
    : owned_(std::move(owned)), statement_(&statement) {
  statement_->in_use = true;
}

StatementLease::StatementLease(StatementLease&& other) noexcept
    : owned_(std::move(other.owned_)), statement_(std::exchange(other.statement_, nullptr)) {}

StatementLease::~StatementLease() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_->handle.get());
  statement_->in_use = false;
}

int StatementLease::bind(std::span<const Param> params) const {
  if (static_cast<std::size_t>(sqlite3_bind_parameter_count(handle())) != params.size()) return SQLITE_RANGE;
  int index = 0;
  for (const Param& param : params) {
    if (const int code = bind_one(handle(), ++index, param); code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

Result<PreparedStatement> StatementCache::prepare(std::string_view text) const {
  const std::string rewritten = rewrite_placeholders(text);
  sqlite3_stmt* handle = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(database_, rewritten.c_str(), static_cast<int>(rewritten.size() + 1),
                                      SQLITE_PREPARE_PERSISTENT, &handle, &rest);
  PreparedStatement statement;
  statement.handle.reset(handle);
  if (code != SQLITE_OK) return std::unexpected(last_error(database_, code, "prepare " + shortened(text)));
  if (handle == nullptr || std::string_view(rest).find_first_not_of(" \t\r\n;") != std::string_view::npos)
    return fail(ErrorCode::kInternal, "prepare " + shortened(text), "it is not one statement", "use execute_script");
  return statement;
}

Result<StatementLease> StatementCache::borrow(std::string_view text) {
  const auto found = statements_.find(text);
  if (found != statements_.end() && !found->second->in_use) return StatementLease(*found->second, nullptr);

  TS_ASSIGN_OR_RETURN(PreparedStatement prepared, prepare(text));
  auto statement = std::make_unique<PreparedStatement>(std::move(prepared));
  PreparedStatement& borrowed = *statement;
  if (found != statements_.end()) return StatementLease(borrowed, std::move(statement));

  if (statements_.size() >= kCachedStatementsMax)
    std::erase_if(statements_, [](const auto& entry) { return !entry.second->in_use; });
  statements_.emplace(std::string(text), std::move(statement));
  return StatementLease(borrowed, nullptr);
}

}  // namespace tillsync::sql
