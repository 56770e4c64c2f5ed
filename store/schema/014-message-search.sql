-- Messages found by recipient, tag and outcome; reports by their state; the last
-- deliveries of each topic.

-- Keys of messages: 'r:' and a recipient in lower case, 'd:' and a recipient's
-- domain, 't:' and NAME=VALUE of a tag, 's:' and the number of a kind of event that
-- has happened to it (1 to 4), or 's:' alone while none has. They are written beside
-- a message; triggers follow its events, and its end. A reference to message would
-- have to be followed by message_id, and an index of that would be as large as the
-- table.
CREATE TABLE message_key (
	account_id INTEGER NOT NULL,
	key TEXT NOT NULL,
	message_id INTEGER NOT NULL,
	PRIMARY KEY (account_id, key, message_id)
) WITHOUT ROWID;

-- Recipients as a JSON array of lines (a flag letter, a blank, the address), for
-- nothing else splits a text in a time that grows with its length alone. Those of a
-- message with a control character in an address are left out.
CREATE VIEW message_lines AS
SELECT m.id AS id, CASE WHEN m.recipients GLOB '*[' || char(1) || '-' || char(9)
	|| char(11) || '-' || char(31) || ']*' THEN '[]' ELSE '["' || replace(
	replace(replace(m.recipients, char(92), char(92, 92)), '"', char(92, 34)),
	char(10), '","') || '"]' END AS lines
FROM message m;

-- The keys of a message, some twice. Of facts no more is read than from the tags on:
-- the header before may be long. The + keeps SQLite from looking through all
-- events of the account.
CREATE VIEW message_key_of AS
SELECT m.id AS message_id, m.account_id AS account_id,
	'r:' || substr(lower(line.value), 3) AS key
FROM message m JOIN message_lines l ON l.id = m.id, json_each(l.lines) line
WHERE length(line.value) > 2
UNION ALL
SELECT m.id, m.account_id,
	'd:' || substr(lower(line.value), 1 + length(rtrim(line.value,
		replace(line.value, '@', ''))))
FROM message m JOIN message_lines l ON l.id = m.id, json_each(l.lines) line
WHERE instr(line.value, '@') > 0
UNION ALL
SELECT m.id, m.account_id, 't:' || tag.key || '=' || one.value
FROM message m, json_each(CASE WHEN instr(m.facts, '"tags":{"') > 0
		THEN '{' || substr(m.facts, instr(m.facts, '"tags":{"'))
		ELSE '{}' END, '$.tags') tag,
	json_each(CASE tag.type WHEN 'array' THEN tag.value ELSE '[]' END) one
UNION ALL
SELECT m.id, m.account_id, 's:' || e.kind
FROM message m JOIN event e
	ON e.queue_id = m.queue_id AND +e.account_id = m.account_id
WHERE e.kind BETWEEN 1 AND 4
UNION ALL
SELECT m.id, m.account_id, 's:' FROM message m
WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.queue_id = m.queue_id
	AND +e.account_id = m.account_id AND e.kind BETWEEN 1 AND 4);

-- In the order of the table: it grows at its end.
INSERT OR IGNORE INTO message_key (account_id, key, message_id)
SELECT account_id, key, message_id FROM message_key_of
ORDER BY account_id, key, message_id;

-- Its events may be gone before it.
CREATE TRIGGER message_delete_keys BEFORE DELETE ON message
BEGIN
	DELETE FROM message_key WHERE account_id = OLD.account_id
		AND message_id = OLD.id AND key IN (SELECT k.key
			FROM message_key_of k WHERE k.message_id = OLD.id);
	DELETE FROM message_key WHERE account_id = OLD.account_id
		AND message_id = OLD.id
		AND key IN ('s:', 's:1', 's:2', 's:3', 's:4');
END;
CREATE TRIGGER event_insert_keys AFTER INSERT ON event
WHEN NEW.kind BETWEEN 1 AND 4
BEGIN
	DELETE FROM message_key WHERE account_id = NEW.account_id
		AND key = 's:' AND message_id = (SELECT m.id FROM message m
			WHERE m.queue_id = NEW.queue_id
			AND m.account_id = NEW.account_id);
	INSERT OR IGNORE INTO message_key (account_id, key, message_id)
	SELECT m.account_id, 's:' || NEW.kind, m.id FROM message m
	WHERE m.queue_id = NEW.queue_id AND m.account_id = NEW.account_id;
END;

-- Messages that never left: they have an event alone.
CREATE INDEX event_refused ON event (account_id, id) WHERE kind >= 5;
CREATE INDEX report_by_state ON report (state, id);

-- The message that a publication tells of; '' none.
ALTER TABLE publication ADD COLUMN queue_id TEXT NOT NULL DEFAULT '';
CREATE INDEX publication_by_queue_id ON publication (queue_id)
	WHERE queue_id <> '';

-- Notifications that were delivered, of the newest publications of each topic:
-- their own rows are gone.
CREATE TABLE past_publication (
	topic_id INTEGER NOT NULL REFERENCES topic ON DELETE CASCADE,
	publication_id INTEGER NOT NULL,
	uuid TEXT NOT NULL,
	subject TEXT NOT NULL,
	created_msec INTEGER NOT NULL,
	PRIMARY KEY (topic_id, publication_id)
) WITHOUT ROWID;
CREATE TABLE past_delivery (
	topic_id INTEGER NOT NULL,
	publication_id INTEGER NOT NULL,
	subscription_id INTEGER NOT NULL, -- may be gone
	attempts INTEGER NOT NULL,
	PRIMARY KEY (topic_id, publication_id, subscription_id),
	FOREIGN KEY (topic_id, publication_id)
		REFERENCES past_publication ON DELETE CASCADE
) WITHOUT ROWID;
