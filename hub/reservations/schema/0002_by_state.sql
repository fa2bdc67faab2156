-- Lists by state: those that are over are the many, and are read along their numbers.
CREATE INDEX reservation_open_by_state ON reservation (state) WHERE state IN ('held', 'confirmed', 'picked', 'ready', 'broken');
