-- Messages that are written by few rows: a message tells of its Send event itself,
-- and the keys by which messages are found stand together by the thousand.

-- Sum of 1: its Send event has no row of event, and 2: its keys have no rows of
-- message_key, except for what has happened to it.
ALTER TABLE message ADD COLUMN traits INTEGER NOT NULL DEFAULT 0;

-- Keys of messages that were written together, or were brought together since.
-- Messages that are gone may still have some until the run goes.
CREATE TABLE message_run (
	id INTEGER PRIMARY KEY,      -- of the last message
	first_id INTEGER NOT NULL,   -- of the first one
	until_msec INTEGER NOT NULL, -- when the latest of them was sent
	bytes INTEGER NOT NULL       -- of its entries
);
-- Those that will be brought together: MESSAGE_RUN_FULL of queries_runs.h.
CREATE INDEX message_run_small ON message_run (id) WHERE bytes < 4194304;

-- A run's entries in their order (message_run.c says how they are written), some in a
-- row. first: not behind the first of them, and behind all of the row before.
CREATE TABLE message_chunk (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	run_id INTEGER NOT NULL,
	first BLOB NOT NULL,
	entries BLOB NOT NULL,
	UNIQUE (run_id, first)
);

-- Up to which message those to which nothing has happened have the key 's:'; of
-- those behind it what has no other has none. goal: up to which it will be next, an
-- hour after goal_sec.
CREATE TABLE message_settled (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	upto INTEGER NOT NULL,
	goal INTEGER NOT NULL,
	goal_sec INTEGER NOT NULL
);
INSERT INTO message_settled (id, upto, goal, goal_sec)
SELECT 1, id, id, 0 FROM message ORDER BY id DESC LIMIT 1;

DROP TRIGGER message_delete_keys;
CREATE TRIGGER message_delete_keys BEFORE DELETE ON message
WHEN OLD.traits & 2 = 0
BEGIN
	DELETE FROM message_key WHERE account_id = OLD.account_id
		AND message_id = OLD.id AND key IN (SELECT k.key
			FROM message_key_of k WHERE k.message_id = OLD.id);
END;
CREATE TRIGGER message_delete_outcomes BEFORE DELETE ON message
BEGIN
	DELETE FROM message_key WHERE account_id = OLD.account_id
		AND message_id = OLD.id
		AND key IN ('s:', 's:1', 's:2', 's:3', 's:4');
END;
