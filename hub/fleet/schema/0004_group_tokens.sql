-- Tokens for many PCs of one disk image: each says itself where it stands.
-- reach: 'one' = the token's location; 'known' = any location that is here; 'any' = also one that is not, which is then made.
ALTER TABLE enrolment_token ADD COLUMN reach TEXT NOT NULL DEFAULT 'one' CHECK (reach IN ('one', 'known', 'any'));
ALTER TABLE enrolment_token ADD COLUMN location_group TEXT NOT NULL DEFAULT '';  -- only locations of this group; '' = of all
ALTER TABLE enrolment_token ADD COLUMN revoked_at INTEGER;

-- The till that a PC stands at, where it said so. One agent for a till: a second one is a copy, or a PC with the wrong name.
ALTER TABLE agent ADD COLUMN till TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX agent_till ON agent (location, till) WHERE till <> '' AND standing <> 'revoked';
