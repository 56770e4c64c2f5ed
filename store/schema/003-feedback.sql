-- What becomes of mail: messages, events, reports, suppression by itself,
-- reputation, configuration sets, topics and their subscribers, brakes. Numbers
-- are those of rules/types.h, report/report.h and the headers of store/, and
-- fixed. Times are UTC seconds unless a name says msec.

ALTER TABLE account ADD COLUMN standing INTEGER NOT NULL DEFAULT 0
	CHECK (standing BETWEEN 0 AND 2);
-- Why standing or pause: 0 operator, 1 reputation, 2 the account itself.
ALTER TABLE account ADD COLUMN paused_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN paused_sec INTEGER NOT NULL DEFAULT 0;
-- Reputation counts what was sent since then; 0: all.
ALTER TABLE account ADD COLUMN fresh_start_sec INTEGER NOT NULL DEFAULT 0;
-- Sum of 1 (bounces) and 2 (complaints): what enters the suppression list by
-- itself, and what of it holds mail back.
ALTER TABLE account ADD COLUMN suppressed_reasons INTEGER NOT NULL DEFAULT 3;

ALTER TABLE suppression ADD COLUMN expires_sec INTEGER NOT NULL DEFAULT 0;
-- The message and the report that it came from; '' by hand.
ALTER TABLE suppression ADD COLUMN queue_id TEXT NOT NULL DEFAULT '';
ALTER TABLE suppression ADD COLUMN feedback_id TEXT NOT NULL DEFAULT '';
CREATE INDEX suppression_expires ON suppression (expires_sec)
	WHERE expires_sec > 0;

CREATE TABLE configuration_set (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	name TEXT NOT NULL CHECK (name <> ''),
	paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
	pause_reason TEXT NOT NULL,
	-- -1: as the account; else a sum as account.suppressed_reasons
	suppressed_reasons INTEGER NOT NULL
		CHECK (suppressed_reasons BETWEEN -1 AND 3),
	reputation INTEGER NOT NULL CHECK (reputation IN (0, 1)),
	standing INTEGER NOT NULL CHECK (standing BETWEEN 0 AND 2),
	fresh_start_sec INTEGER NOT NULL,
	created_sec INTEGER NOT NULL,
	UNIQUE (account_id, name)
);

CREATE TABLE topic (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	name TEXT NOT NULL CHECK (name <> ''),
	display_name TEXT NOT NULL,
	signature_version INTEGER NOT NULL CHECK (signature_version IN (1, 2)),
	created_sec INTEGER NOT NULL,
	UNIQUE (account_id, name)
);

CREATE TABLE event_destination (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	set_id INTEGER NOT NULL REFERENCES configuration_set ON DELETE CASCADE,
	name TEXT NOT NULL CHECK (name <> ''),
	enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
	kinds INTEGER NOT NULL, -- sum of 1 << kind of event
	topic_id INTEGER NOT NULL REFERENCES topic ON DELETE CASCADE,
	UNIQUE (set_id, name)
);
CREATE INDEX event_destination_by_topic ON event_destination (topic_id);

ALTER TABLE identity ADD COLUMN default_set_id INTEGER
	REFERENCES configuration_set ON DELETE SET NULL;
ALTER TABLE identity ADD COLUMN bounce_topic_id INTEGER
	REFERENCES topic ON DELETE SET NULL;
ALTER TABLE identity ADD COLUMN complaint_topic_id INTEGER
	REFERENCES topic ON DELETE SET NULL;
ALTER TABLE identity ADD COLUMN delivery_topic_id INTEGER
	REFERENCES topic ON DELETE SET NULL;
-- Sum of 1 << kind of event: notifications with the message's header.
ALTER TABLE identity ADD COLUMN notify_headers INTEGER NOT NULL DEFAULT 0;
-- Bounces and complaints are forwarded to the sender by mail.
ALTER TABLE identity ADD COLUMN forwarding INTEGER NOT NULL DEFAULT 1
	CHECK (forwarding IN (0, 1));
CREATE INDEX identity_by_default_set ON identity (default_set_id)
	WHERE default_set_id IS NOT NULL;
CREATE INDEX identity_by_bounce_topic ON identity (bounce_topic_id)
	WHERE bounce_topic_id IS NOT NULL;
CREATE INDEX identity_by_complaint_topic ON identity (complaint_topic_id)
	WHERE complaint_topic_id IS NOT NULL;
CREATE INDEX identity_by_delivery_topic ON identity (delivery_topic_id)
	WHERE delivery_topic_id IS NOT NULL;

-- Messages that left, as the milter noted them. recipients: one a line, a flag
-- letter (rules/recipients.h) and the address. facts: JSON, ops/journal.h.
CREATE TABLE message (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	queue_id TEXT NOT NULL CHECK (queue_id <> ''),
	sent_msec INTEGER NOT NULL,
	login TEXT NOT NULL,
	sender TEXT NOT NULL,
	source_ip TEXT NOT NULL,
	identity_id INTEGER NOT NULL, -- of From, whoever owns it; may be gone
	set_id INTEGER NOT NULL,      -- 0 none; may be gone
	size INTEGER NOT NULL,
	recipients TEXT NOT NULL,
	facts TEXT NOT NULL,
	UNIQUE (queue_id, account_id)
);
CREATE INDEX message_by_account ON message (account_id, id);
CREATE INDEX message_by_age ON message (sent_msec);

CREATE TABLE event (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	set_id INTEGER NOT NULL,
	kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 6),
	queue_id TEXT NOT NULL,
	at_msec INTEGER NOT NULL,
	recipients TEXT NOT NULL, -- one a line
	detail TEXT NOT NULL      -- JSON: the object named after the kind
);
CREATE INDEX event_by_queue_id ON event (queue_id);
CREATE INDEX event_by_account ON event (account_id, id);
CREATE INDEX event_by_age ON event (at_msec);

-- What was read, as it came. account_id NULL: it belongs to nobody. A second copy
-- of one report is not kept.
CREATE TABLE report (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	hash BLOB NOT NULL UNIQUE, -- SHA-256 of recipient and content
	account_id INTEGER REFERENCES account ON DELETE CASCADE,
	queue_id TEXT NOT NULL,
	recipient TEXT NOT NULL, -- whom it came to
	received_msec INTEGER NOT NULL,
	state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
	why TEXT NOT NULL,
	format TEXT NOT NULL,
	content BLOB NOT NULL
);
CREATE INDEX report_by_account ON report (account_id, id);
CREATE INDEX report_by_queue_id ON report (queue_id) WHERE queue_id <> '';
CREATE INDEX report_by_age ON report (received_msec);

-- How a recipient of a message ended: once each, however many reports say so.
CREATE TABLE fate (
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	queue_id TEXT NOT NULL,
	recipient TEXT NOT NULL, -- whole in lower case
	kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 1), -- bounce, complaint
	at_msec INTEGER NOT NULL,
	type INTEGER NOT NULL,
	subtype INTEGER NOT NULL,
	fault INTEGER NOT NULL,
	status TEXT NOT NULL,
	rule TEXT NOT NULL,
	-- 0 not to be counted, 1 counted, 2 when the message becomes known
	counted INTEGER NOT NULL CHECK (counted BETWEEN 0 AND 2),
	suppressed INTEGER NOT NULL CHECK (suppressed IN (0, 1)),
	event_id INTEGER NOT NULL,
	report_id INTEGER NOT NULL,
	PRIMARY KEY (account_id, queue_id, recipient, kind)
) WITHOUT ROWID;
CREATE INDEX fate_by_age ON fate (at_msec);
CREATE INDEX fate_by_report ON fate (report_id);

-- Counts by the quarter of an hour in which the messages were sent. set_id 0: all
-- of the account.
CREATE TABLE tally (
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	set_id INTEGER NOT NULL,
	bucket_sec INTEGER NOT NULL,
	sent INTEGER NOT NULL,     -- recipients
	eligible INTEGER NOT NULL, -- of these, what reputation counts
	bounces INTEGER NOT NULL,  -- permanent, of eligible recipients
	complaints INTEGER NOT NULL,
	PRIMARY KEY (account_id, set_id, bucket_sec)
) WITHOUT ROWID;
CREATE INDEX tally_by_age ON tally (bucket_sec);

-- How far a file was read: journals, the mail log.
CREATE TABLE bookmark (
	name TEXT NOT NULL PRIMARY KEY,
	file TEXT NOT NULL, -- device and inode, or ''
	position INTEGER NOT NULL, -- bytes
	updated_sec INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE subscription (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	uuid TEXT NOT NULL UNIQUE,
	topic_id INTEGER NOT NULL REFERENCES topic ON DELETE CASCADE,
	protocol TEXT NOT NULL CHECK (protocol IN
		('http', 'https', 'email', 'email-json', 'command')),
	endpoint TEXT NOT NULL CHECK (endpoint <> ''),
	confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
	token_hash BLOB NOT NULL, -- SHA-256; empty when none is valid
	token_expires_sec INTEGER NOT NULL,
	raw INTEGER NOT NULL CHECK (raw IN (0, 1)),
	created_sec INTEGER NOT NULL,
	UNIQUE (topic_id, protocol, endpoint)
);
CREATE INDEX subscription_by_token ON subscription (token_hash)
	WHERE length(token_hash) > 0;

-- One message to a topic, and its way to each subscriber.
CREATE TABLE publication (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	uuid TEXT NOT NULL UNIQUE, -- MessageId
	topic_id INTEGER NOT NULL REFERENCES topic ON DELETE CASCADE,
	type INTEGER NOT NULL CHECK (type BETWEEN 0 AND 2),
	subject TEXT NOT NULL,
	body TEXT NOT NULL,
	sealed BLOB NOT NULL, -- token of a confirmation, else empty
	created_msec INTEGER NOT NULL
);
CREATE INDEX publication_by_topic ON publication (topic_id);
CREATE INDEX publication_by_age ON publication (created_msec);
CREATE TABLE notification (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	publication_id INTEGER NOT NULL REFERENCES publication
		ON DELETE CASCADE,
	subscription_id INTEGER NOT NULL REFERENCES subscription
		ON DELETE CASCADE,
	next_sec INTEGER NOT NULL, -- 0: a dead letter
	attempts INTEGER NOT NULL,
	error TEXT NOT NULL
);
-- What is due is looked for by subscription: one with many that wait must not slow
-- down the others.
CREATE INDEX notification_by_subscription
	ON notification (subscription_id, next_sec);
CREATE INDEX notification_dead ON notification (id) WHERE next_sec = 0;
CREATE INDEX notification_by_publication ON notification (publication_id);

-- Keys that notifications are signed with; the newest signs.
CREATE TABLE signing_certificate (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL UNIQUE, -- hexadecimal, part of its address
	certificate TEXT NOT NULL, -- PEM
	sealed BLOB NOT NULL,      -- private key
	created_sec INTEGER NOT NULL
);

-- account_id NULL: for every account. subject '': each one by itself.
CREATE TABLE brake (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER REFERENCES account ON DELETE CASCADE,
	scope INTEGER NOT NULL CHECK (scope BETWEEN 0 AND 3),
	subject TEXT NOT NULL,
	measure INTEGER NOT NULL CHECK (measure BETWEEN 0 AND 3),
	window_sec INTEGER NOT NULL CHECK (window_sec > 0),
	most INTEGER NOT NULL CHECK (most >= 0),
	created_sec INTEGER NOT NULL
);
CREATE INDEX brake_by_account ON brake (account_id);
CREATE TABLE brake_use (
	brake_id INTEGER NOT NULL REFERENCES brake ON DELETE CASCADE,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	subject TEXT NOT NULL,
	bucket INTEGER NOT NULL, -- a part of the window
	used INTEGER NOT NULL,
	end_sec INTEGER NOT NULL, -- it has left the window then
	PRIMARY KEY (brake_id, account_id, subject, bucket)
) WITHOUT ROWID;
-- Not by account_id alone: SQLite would prefer it to the primary key.
CREATE INDEX brake_use_by_account ON brake_use (account_id, end_sec);
CREATE INDEX brake_use_by_end ON brake_use (end_sec);
-- Who has crossed one: released by a person.
CREATE TABLE throttle (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	scope INTEGER NOT NULL,
	subject TEXT NOT NULL,
	why TEXT NOT NULL,
	since_sec INTEGER NOT NULL,
	released_sec INTEGER NOT NULL, -- 0 in force
	released_by TEXT NOT NULL,
	note TEXT NOT NULL
);
CREATE UNIQUE INDEX throttle_in_force ON throttle (account_id, scope, subject)
	WHERE released_sec = 0;
CREATE INDEX throttle_by_account ON throttle (account_id);
-- Whom an account has written to, by hash; kept for accounts with a brake on new
-- recipients.
CREATE TABLE known_recipient (
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	hash INTEGER NOT NULL,
	PRIMARY KEY (account_id, hash)
) WITHOUT ROWID;

-- Readers of changes: 7 configuration set (also of its destinations), 8 brake.
CREATE TRIGGER configuration_set_insert AFTER INSERT ON configuration_set
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (7, NEW.id, NEW.account_id, NEW.name);
END;
CREATE TRIGGER configuration_set_update AFTER UPDATE ON configuration_set
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (7, NEW.id, NEW.account_id, NEW.name);
END;
CREATE TRIGGER configuration_set_delete AFTER DELETE ON configuration_set
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (7, OLD.id, OLD.account_id, OLD.name);
END;
CREATE TRIGGER event_destination_insert AFTER INSERT ON event_destination
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	SELECT 7, s.id, s.account_id, s.name FROM configuration_set s
	WHERE s.id = NEW.set_id;
END;
CREATE TRIGGER event_destination_update AFTER UPDATE ON event_destination
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	SELECT 7, s.id, s.account_id, s.name FROM configuration_set s
	WHERE s.id = NEW.set_id;
END;
CREATE TRIGGER event_destination_delete AFTER DELETE ON event_destination
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	SELECT 7, s.id, s.account_id, s.name FROM configuration_set s
	WHERE s.id = OLD.set_id;
END;
CREATE TRIGGER brake_insert AFTER INSERT ON brake
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (8, NEW.id, COALESCE(NEW.account_id, 0), '');
END;
CREATE TRIGGER brake_delete AFTER DELETE ON brake
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (8, OLD.id, COALESCE(OLD.account_id, 0), '');
END;

DROP TRIGGER identity_update;
CREATE TRIGGER identity_update AFTER UPDATE ON identity
WHEN OLD.id <> NEW.id OR OLD.account_id <> NEW.account_id
	OR OLD.name <> NEW.name OR OLD.type <> NEW.type
	OR OLD.status <> NEW.status
	OR OLD.signing_enabled <> NEW.signing_enabled
	OR OLD.dkim_status <> NEW.dkim_status
	OR OLD.mail_from <> NEW.mail_from
	OR OLD.mail_from_status <> NEW.mail_from_status
	OR OLD.mail_from_reject <> NEW.mail_from_reject
	OR OLD.default_set_id IS NOT NEW.default_set_id
	OR OLD.notify_headers <> NEW.notify_headers
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (3, OLD.id, OLD.account_id, OLD.name),
		(3, NEW.id, NEW.account_id, NEW.name);
END;

-- Letters per account and address; those of before belong to nobody.
ALTER TABLE link_sent ADD COLUMN account_id INTEGER NOT NULL DEFAULT 0;
CREATE INDEX link_sent_by_account ON link_sent (account_id, sent_sec);
-- What a letter carries beside its text: a report that is forwarded; 0 none.
ALTER TABLE letter ADD COLUMN report_id INTEGER NOT NULL DEFAULT 0;
