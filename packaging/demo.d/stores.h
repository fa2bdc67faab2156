// Which location a country of the file is, and which till an invoice was rung up at. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/ids.h"

namespace tillsync::demo {

/// "United Kingdom" is "GB", "EIRE" is "IE". A country that the table does not have gets "X-", its letters and digits in
/// capitals, and four hex digits of a hash of its name, so that every file has a place for every row.
LocationId location_of_country(std::string_view country);

/// The warehouse, which the file does not have.
LocationId warehouse();

/// The United Kingdom makes nine tenths of the file, so its shop has several tills; the others have one.
int till_count(const LocationId& location, int gb_tills);
/// "GB-1" …; n counts from 1.
TillId till_id(const LocationId& location, int n);
/// By a hash of the invoice's number, so that the same file gives the same tills.
TillId till_of_invoice(const LocationId& location, std::string_view invoice_number, int gb_tills);

}  // namespace tillsync::demo
