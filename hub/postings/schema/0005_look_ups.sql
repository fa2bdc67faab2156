-- A document by what the ERP calls it: one entry per posting that went through, in about the order in which the ERP gives its numbers.
CREATE INDEX IF NOT EXISTS posting_by_reference ON posting (erp_reference) WHERE erp_reference <> '';
-- What waits for more than its turn. Small unless something is wrong, so that it can be counted at any time; the way of a posting that goes through never touches it.
CREATE INDEX IF NOT EXISTS posting_in_trouble ON posting (status, posting_no) WHERE status IN ('retrying', 'unknown', 'refused', 'held');
