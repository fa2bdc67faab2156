// Makes days of trade from a seed, in the form of a real retailer's file and with its oddities, so that the demo needs no
// file. The names and prices are invented. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "packaging/demo.d/retail_row.h"

namespace tillsync::demo {

inline constexpr int kGenerateDaysMax = 366;

struct GenerateOptions {
  std::uint64_t seed = 1;
  int days = 4;  // 1 … kGenerateDaysMax, from 2011-01-02: the rate of tax changes on the third day
  int invoices_per_day = 90;  // of all three stores together, before returns and write-offs
};

/// Rows in the order of time: United Kingdom, Germany and France. Among them: exact duplicate lines, SKUs that differ by case
/// only, codes that are not goods, prices of 0, with three decimals and below 0, returns that name no sale and return more
/// than was sold, tickets with lines of both signs, quantities of ±80,995, stock adjustments without a customer, invoices
/// A563185–7, empty descriptions and customers, quotes and commas in descriptions, invoices that run over a minute.
std::vector<RetailRow> generate(const GenerateOptions& options);

}  // namespace tillsync::demo
