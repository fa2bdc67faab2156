-- That a posting was on its way to the ERP is told by the step that ended it, so each attempt is one row and not two.
ALTER TABLE posting_history ADD COLUMN sent_at INTEGER;  -- when it left; NULL: this step did not follow sending
-- Postings on their way now: their step is in the row of the posting itself, as is that of all later ones.
DELETE FROM posting_history WHERE history_no IN (SELECT max(h.history_no) FROM posting p JOIN posting_history h ON h.posting_no = p.posting_no
  WHERE p.is_open = 1 AND p.status = 'sending' AND h.status = 'sending' GROUP BY p.posting_no);
-- The steps as people read them.
CREATE VIEW posting_step (posting_no, step_no, status, who, detail, at) AS
  SELECT posting_no, 2 * history_no - 1, 'sending', 'hub', '', sent_at FROM posting_history WHERE sent_at IS NOT NULL
  UNION ALL SELECT posting_no, 2 * history_no, status, who, detail, at FROM posting_history
  UNION ALL SELECT posting_no, 9223372036854775807, status, 'hub', '', updated_at FROM posting WHERE status = 'sending';
