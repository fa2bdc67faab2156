#include "hub/writer/bulk_insert.h"

namespace tillsync::hub {
namespace {

std::string insert_text(std::string_view head, std::size_t width, std::size_t rows) {
  std::string text(head);
  std::size_t number = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    text += row == 0 ? " (" : ", (";
    for (std::size_t column = 0; column < width; ++column) {
      if (column > 0) text += ", ";
      text += "$" + std::to_string(++number);
    }
    text += ")";
  }
  return text;
}

}  // namespace

BulkInsert::BulkInsert(std::string_view head, std::size_t width)
    : width_(width), many_(insert_text(head, width, kRowsPerInsert)), one_(insert_text(head, width, 1)) {
  TS_CHECK(width > 0);
}

Result<void> BulkInsert::run(sql::Connection& connection, std::span<const sql::Param> params) const {
  TS_CHECK(params.size() % width_ == 0);
  const std::size_t many_width = width_ * kRowsPerInsert;
  const std::size_t in_many = params.size() / many_width * many_width;
  TS_RETURN_IF_ERROR(connection.run_each(many_, many_width, params.first(in_many)));
  TS_RETURN_IF_ERROR(connection.run_each(one_, width_, params.subspan(in_many)));
  return {};
}

}  // namespace tillsync::hub
