// What a minute's sample takes from the tables: outcomes at the ERP, refunds, recoveries, orders, ages of exceptions, days. Reads behind marks, so that each row is counted once.
// Any thread, with the connection of that thread.
#pragma once

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/insight/sample_store.h"

namespace tillsync::hub {

inline constexpr std::int64_t kRowsPerSampleMax = 100'000;  // steps of postings, of reservations; what is behind them comes with the next sample

struct TableSample {
  Figures figures;
  Marks marks;  // to be stored with it
};
/// marks: as stored. The first time nothing is counted, only marked.
Result<TableSample> read_table_sample(sql::Connection& connection, const Marks& marks, Instant now);

struct DayFigure {
  std::string figure;  // days_all | days_balanced | accuracy_items | accuracy_differing
  Date date;
  std::int64_t value = 0;
};
/// Of the newest business dates that have documents, and stock on hand against the ERP as last compared.
Result<std::vector<DayFigure>> read_day_figures(sql::Connection& connection, Instant now);

}  // namespace tillsync::hub
