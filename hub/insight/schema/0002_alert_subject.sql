-- Whether the same was silenced the last time that it was an alert.
CREATE INDEX alert_subject ON alert (rule, subject, alert_no);
