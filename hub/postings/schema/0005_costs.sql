-- Moving average of what own goods cost, where the chart has an account for cost of goods (cost_book.h).
CREATE TABLE stock_cost (
  company TEXT NOT NULL,           -- of the chart
  currency TEXT NOT NULL,          -- of the chart
  location TEXT NOT NULL,          -- '' = the whole company
  sku TEXT NOT NULL,
  quantity_milli INTEGER NOT NULL, -- counted from the first receipt with a cost on
  average_micro INTEGER NOT NULL,  -- millionths of the currency per unit
  PRIMARY KEY (company, currency, sku, location)
) STRICT, WITHOUT ROWID;
