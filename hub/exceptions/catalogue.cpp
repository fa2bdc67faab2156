#include "hub/exceptions/catalogue.h"

#include <algorithm>

namespace tillsync::hub {
namespace {

using enum ExceptionOwner;

constexpr CatalogueEntry kEntries[] = {
    // Of the document itself (common/contract check_document).
    {"sum_mismatch", "The sums do not agree", "Lines, tax, totals or tenders of the document do not add up to each other.",
     "Compare the POS journal with the document; correct the POS set-up. The figures of the POS stand.", kFinance, 24, false},
    {"tax_mismatch", "The tax does not follow from its base", "An amount of tax differs from base times rate by more than rounding.",
     "Check the tax code's rate at the till and in the ERP.", kFinance, 24, false},
    {"odd_sign", "A number has the wrong sign", "A quantity or amount is negative where the type already says the direction.",
     "Ask the POS supplier which sign it means; book a correction if stock or money went the wrong way.", kStoreIt, 24, false},
    {"negative_price", "A price is below zero", "A unit price or cost is negative.", "Correct the price at the till or in master data.",
     kMasterData, 24, false},
    {"missing_field", "A required field is missing", "The contract requires a field that the POS did not send.",
     "Correct the POS mapping; the document is booked as far as it says.", kStoreIt, 48, false},
    {"unknown_field", "The document has a field that is not known", "It is kept, but nothing acts on it.",
     "Upgrade the hub, or remove the field from the POS mapping.", kStoreIt, 168, false},
    {"unknown_value", "The document has a value that is not known", "An enumeration holds a value outside the contract; it is kept as text.",
     "Correct the POS mapping, or upgrade the hub.", kStoreIt, 48, false},
    {"unknown_critical", "The document was not acted on", "It names a critical field that this hub does not know, so neither stock nor money moved.",
     "Upgrade the hub; then replay the document.", kStoreIt, 8, false},
    {"unknown_currency", "The currency is not in ISO 4217", "The code is no active currency, so its minor unit is a guess.",
     "Correct the currency at the till.", kFinance, 24, false},
    {"odd_range", "A range runs backwards", "The last number of the close is before its first.", "Check the till's close.", kFinance, 24, false},
    {"duplicate_line_no", "Two lines have one number", "A return that names this line could mean either.", "Correct the POS mapping.", kStoreIt,
     168, false},
    {"unknown_line", "A line names a parent that is not there", "The kit or deposit it belongs to is missing from the document.",
     "Correct the POS mapping.", kStoreIt, 168, false},

    // Intake.
    {"conflict", "One number, two documents", "A document came with a number that another document has already. The first stands, the second is kept.",
     "Compare both. If both happened, accept the second as new; if it is a copy with an error, dismiss it.", kFinance, 8, false},
    {"opaque_document", "A document cannot be read", "Its bytes are kept, but this hub cannot decode them.",
     "Upgrade the hub; if it then still cannot be read, ask the store for the receipt.", kStoreIt, 8, false},
    {"gap", "Documents are lost", "The agent no longer holds documents that never came here.",
     "Rebuild them from the POS journal and submit them again, or book the day's difference by hand.", kFinance, 8, false},

    // Ledger.
    {"unknown_sku", "The SKU is not in master data", "Stock is kept for it all the same; the ERP will refuse its postings.",
     "Create the product, or correct the SKU at the till.", kMasterData, 24, true},
    {"unknown_location", "The location is not in master data", "Documents come from a location that nobody has described.",
     "Create the location.", kMasterData, 24, true},
    {"missing_sku", "A goods line names no SKU that is known", "It has neither a SKU nor a bar code of exactly one product, so no stock moved.",
     "Correct the bar code in master data and book the line as an adjustment.", kMasterData, 24, false},
    {"negative_stock", "Stock fell below zero", "More was taken than the books had: a receipt, transfer or count is missing, or a SKU was mixed up.",
     "Count the SKU.", kStockControl, 48, true},
    {"count_ahead_of_clock", "A count is dated in the future", "It is dated more than 5 minutes after its agent received it, so the receipt time was used.",
     "Set the clock of the counting device.", kStoreIt, 24, true},
    {"till_clock_ahead", "A till's clock runs ahead", "Documents are dated more than 5 minutes after the agent received them, so the receipt time was used for stock.",
     "Set the clock of the till.", kStoreIt, 24, true},
    {"count_order_uncertain", "Before or after the count?", "A movement and a count lie closer together than the clocks of the two are known.",
     "Check the SKU's stock; count it again if in doubt.", kStockControl, 48, true},
    {"count_superseded", "A count came too late", "A newer count of the same SKUs was booked before this one came, so this one changes nothing there.",
     "None, if the newer count is right.", kStockControl, 72, false},
    {"void_original_missing", "A void waits for its document", "The sale or return that it cancels has not come. It takes effect when it comes.",
     "Check whether the store's agent is behind; if nothing comes, dismiss.", kFinance, 24, false},
    {"void_repeated", "A document was cancelled twice", "The second void changes nothing.", "Check with the store which one is right.", kFinance, 24,
     false},
    {"void_of_count", "A count cannot be reversed", "What was before it is not known any more, so nothing changed.", "Count again.",
     kStockControl, 24, false},
    {"quantity_overflow", "A quantity is beyond measure", "The stock that it would make cannot be written, so no stock moved for that line.",
     "Correct the document at the till and book the line as an adjustment.", kStockControl, 24, false},

    // Reservations and leases.
    {"reservation_broken", "A promise to a customer cannot be kept", "Late documents left less on hand than is promised, no other location can deliver, and the ruling chose this reservation.",
     "Tell the customer of the order that the detail names; offer another article, a later date, or the money back.", kStockControl, 4, false},
    {"oversold", "More is promised than is on hand", "What is short is picked, ready for pick-up or leased to an agent, so no ruling may break it. Open leases there were asked back.",
     "Count the SKU; then break a reservation by hand, or bring stock.", kStockControl, 8, true},
    {"reservation_unknown", "A document hands over a reservation that is not here", "The sale is booked. When the promise comes that it names, its units are taken from there.",
     "Check whether another agent of the store is behind; if nothing comes, check the POS mapping.", kStoreIt, 24, false},
    {"promise_beyond_lease", "A store promised more than it was leased", "The promise stands and its units are reserved, so somebody else may get less.",
     "Check the stock of the SKU; look for a restored backup or a second agent with the same key.", kStockControl, 8, false},
    {"promise_id_taken", "Two promises have one number", "The second is kept under a number of its own; a sale that names the first takes from the first.",
     "Correct what makes the numbers, or release the second by hand.", kStoreIt, 24, false},
    {"lease_frozen", "A lease waits for a decision", "Its agent has begun a new history (a restored backup, a new disk): promises that it made before may be lost, so its units stay set apart.",
     "Ask the store what it has promised; then free the rest: tillsyncctl leases force ID --reason TEXT.", kStockControl, 8, false},
    {"lease_mismatch", "An agent and the hub count a lease differently", "The agent closed a lease with other figures than its promises add up to. What is in doubt stays set apart.",
     "Compare the store's promises with the hub's; then free the rest: tillsyncctl leases force ID --reason TEXT.", kStockControl, 8, false},
    {"lease_unknown", "An agent closed a lease that is not known here", "Nothing changes.", "Check whether the hub was restored from a backup.", kStoreIt, 24, false},
    {"stock_differs", "Sums of stock are not what their records say", "The self-check found positions whose reserved or leased sums, or balances, differ from their records.",
     "Look at them: tillsyncctl stock verify; then correct them: tillsyncctl stock verify --repair --reason TEXT.", kStockControl, 8, true},

    // Postings and ERP.
    {"posting.unbalanced", "Debit and credit differ", "The document's own figures make no balanced journal, so it is held and not sent.",
     "Give what is missing: tillsyncctl exceptions correct ID --add-line 'debit 6900 0.01' --reason TEXT.", kFinance, 24, true},
    {"posting.refused", "The ERP refused a posting", "It answered with a business error; postings that depend on this one wait behind it, everything else flows.",
     "Correct what the ERP names, then: tillsyncctl exceptions retry ID; or give it up: tillsyncctl exceptions skip ID --reason TEXT.", kFinance, 8, true},
    {"posting.closed_period", "The period is closed at the ERP", "The posting's date lies in a period in which the ERP takes no more entries.",
     "Have the period opened and retry, or give all of this cause a date in an open one: tillsyncctl exceptions bulk correct --code posting.closed_period --cause CAUSE --posting-date DATE --reason TEXT.", kFinance, 8, true},
    {"posting.unknown_item", "The ERP does not know an item", "The SKU, or the item that it is mapped to, is not among the ERP's items.",
     "Create the item there, or set erp_item of the product; then tillsyncctl exceptions bulk retry --code posting.unknown_item --cause CAUSE --reason TEXT.", kMasterData, 8, true},
    {"posting.unknown_account", "The ERP does not know an account", "An account of the chart is missing there, or takes no entries.",
     "Create the account there and retry, or book on another: tillsyncctl exceptions bulk correct --code posting.unknown_account --cause CAUSE --account FROM=TO --reason TEXT.", kFinance, 8, true},
    {"posting.unknown_location", "The ERP does not know a location", "It has no warehouse or store of that code.",
     "Create it there, or correct the connector's settings; then tillsyncctl exceptions bulk retry --code posting.unknown_location --cause CAUSE --reason TEXT.", kMasterData, 8, true},
    {"posting.unknown_tax", "The ERP does not know a tax code", "A tax code of the till has no counterpart there.",
     "Create the tax there and retry, or map the code: tillsyncctl exceptions bulk correct --code posting.unknown_tax --cause CAUSE --tax-code FROM=TO --reason TEXT.", kFinance, 8, true},
    {"posting.item_collision", "Two SKUs are one item for the ERP", "Their items differ by upper and lower case only, which the ERP does not tell apart: stock of one would be booked on the other.",
     "Give each product an erp_item of its own; then tillsyncctl exceptions bulk retry --code posting.item_collision --cause CAUSE --reason TEXT.", kMasterData, 8, true},
    {"posting.connector_failed", "A connector's program failed", "The program that makes the ERP's request of a posting does not work for this one; nothing was sent.",
     "See what it is given: tillsyncctl exceptions retry ID --dry-run; correct the program; then tillsyncctl exceptions bulk retry --code posting.connector_failed --cause CAUSE --reason TEXT.", kStoreIt, 8, true},
    {"posting.cost_unknown", "Nobody knows what goods cost", "The chart asks for cost of goods, and these goods never came in with a unit cost, or were sold in a currency in which no costs are kept.",
     "Put in a receipt or opening with unit_cost, which mends later sales; book the cost of those before by hand, then: tillsyncctl exceptions dismiss ID --reason TEXT.", kStockControl, 24, true},
    {"posting.other_currency", "A close differs in another currency", "A till counts a difference in a currency other than its own, for which the chart of accounts names no account.",
     "Book the difference by hand in the ERP, and name the account in the chart (\"cash/EUR\") for the next one; then: tillsyncctl exceptions dismiss ID --reason TEXT.", kFinance, 24, false},
    {"posting.revised_close", "A close was revised", "It revises a close that is not at the hub under that till and date. That one's difference may be at the ERP already, so nothing was posted of the new one.",
     "Have the earlier close sent again, which posts both; or compare them, book what they differ by in the ERP by hand, then: tillsyncctl exceptions dismiss ID --reason TEXT.", kFinance, 24, false},
    {"posting.outcome_unknown", "Nobody knows whether the ERP booked", "The answer was lost and looking it up did not settle it.",
     "Look the posting up in the ERP by its key; have the hub look again: tillsyncctl exceptions retry ID; when you have seen it booked: tillsyncctl exceptions skip ID --reason TEXT.", kFinance, 8, true},

    // Days and their closes.
    {"close.missing", "A till sent no close", "The business date is over, the time for closes has passed, and the till's close is not at the hub.",
     "Close the till's day at the till; look whether its agent is dark (backlog on the Closes page); take a till that is out of use off the location's list.", kStoreIt, 8, true},
    {"close.differs", "A close and its documents differ", "The numbers or sums that the till closed with are not those of its documents at the hub.",
     "Look at the figures that are named: a missing document shows at the till; else have the close issued again (revision).", kFinance, 24, true},
    {"close.over_short", "A till was over or short", "What was counted in the drawer differs from what was expected by more than is allowed.",
     "Count again, look for a wrong change or tender; book the difference.", kFinance, 24, false},
    {"sequence.gap", "Numbers of a till are missing", "The till numbers its documents without a gap, and some numbers are not at the hub or came twice.",
     "Look for them at the till and in the agent's folder of refused documents, and have them sent again.", kStoreIt, 8, true},
    {"day.reopened", "A closed day was reopened", "A document came for a day that was closed; its certificate no longer stands.",
     "Look at the document; then close the day again, which issues the next certificate.", kFinance, 24, true},
    {"period.closed", "A posting waits for a closed period", "A document came for a day whose period is closed; its posting is held.",
     "Open the period: tillsyncctl day reopen LOCATION DATE --reason TEXT; or give its postings another date: tillsyncctl day release LOCATION DATE --reason TEXT.", kFinance, 24, false},
    {"stock.erp_differs", "Hub and ERP do not agree on stock", "The daily comparison of stock on hand found differences at this location.",
     "Look for postings that are refused or on their way and for movements booked in the ERP alone, then count. The SKUs: tillsyncctl day stock --location LOCATION.", kStockControl, 48, true},

    // Fleet.
    {"identity_conflict", "Two machines speak as one agent", "Two processes use one agent's key; sync of both is paused.",
     "Find the copy (a restored image, a cloned disk), stop it, and release the agent: tillsyncctl agent heal ID.", kStoreIt, 4, true},
    {"clock_skew", "An agent's clock is wrong", "It differs from the hub's by more than is allowed.", "Set the clock of the store PC.", kStoreIt, 24,
     true},
    {"documents_refused", "An agent refuses documents", "Documents at its doors are no documents; they are kept in its folder of refused ones.",
     "Look at the refused files with tillsync-agent doctor; correct the POS mapping.", kStoreIt, 24, true},
};

constexpr CatalogueEntry kGeneral{"", "Something needs a look", "The code is not in the catalogue of this hub.",
                                  "Read the detail; upgrade the hub.", kFinance, 48, false};

const CatalogueEntry* find_entry(std::string_view code) {
  const auto found = std::find_if(std::begin(kEntries), std::end(kEntries), [code](const CatalogueEntry& e) { return e.code == code; });
  return found == std::end(kEntries) ? nullptr : &*found;
}

}  // namespace

std::string_view to_string(ExceptionOwner owner) {
  switch (owner) {
    case kStoreIt: return "store_it";
    case kMasterData: return "master_data";
    case kStockControl: return "stock_control";
    case kFinance: return "finance";
  }
  return "finance";
}

std::span<const CatalogueEntry> catalogue() { return kEntries; }

const CatalogueEntry& catalogue_entry(std::string_view code) {
  const CatalogueEntry* entry = find_entry(code);
  return entry == nullptr ? kGeneral : *entry;
}

bool is_in_catalogue(std::string_view code) { return find_entry(code) != nullptr; }

}  // namespace tillsync::hub
