-- Operations that the hub does in the background, from the request to the last row. Those of the synchronous routes have kind ''.
ALTER TABLE bulk_operation ADD COLUMN kind TEXT NOT NULL DEFAULT '';        -- retry | dismiss | assign | skip | replay
ALTER TABLE bulk_operation ADD COLUMN state TEXT NOT NULL DEFAULT '';       -- waiting | running | finished | stopped | undone
ALTER TABLE bulk_operation ADD COLUMN row_kind TEXT NOT NULL DEFAULT '';    -- exceptions | postings: selection lists them; range: it is empty
ALTER TABLE bulk_operation ADD COLUMN selection BLOB NOT NULL DEFAULT x'';  -- numbers of the frozen rows (hub/reconcile pack_event_nos)
ALTER TABLE bulk_operation ADD COLUMN starts_at INTEGER;
ALTER TABLE bulk_operation ADD COLUMN ended_by TEXT NOT NULL DEFAULT '';    -- who stopped or undid it
ALTER TABLE bulk_operation ADD COLUMN trouble TEXT NOT NULL DEFAULT '';     -- why the hub gave it up
CREATE INDEX bulk_operation_pending ON bulk_operation (operation_no) WHERE finished_at IS NULL;
