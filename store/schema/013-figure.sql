-- What left and what became of it, by steps of time: 60 seconds (kept for hours) and
-- 3,600 (for days). Recipients; those held back by the suppression list are rejected.
CREATE TABLE flow (
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	step_sec INTEGER NOT NULL CHECK (step_sec IN (60, 3600)),
	start_sec INTEGER NOT NULL,
	sent INTEGER NOT NULL,
	delivered INTEGER NOT NULL,
	bounced INTEGER NOT NULL, -- permanent
	complained INTEGER NOT NULL,
	rejected INTEGER NOT NULL,
	delayed INTEGER NOT NULL,
	PRIMARY KEY (account_id, step_sec, start_sec)
) WITHOUT ROWID;
CREATE INDEX flow_by_age ON flow (step_sec, start_sec);

-- The hours of before, as far as they are known: what left as the tallies have it,
-- what became of it as the events tell. Those that the suppression list held back
-- are rejected here. A quotation mark within a string of JSON has a backslash
-- before it: what is looked for can be nothing else.
INSERT INTO flow (account_id, step_sec, start_sec, sent, delivered, bounced,
	complained, rejected, delayed)
SELECT account_id, 3600, at_sec - at_sec % 3600, SUM(sent),
	SUM(CASE WHEN kind = 1 THEN recipients ELSE 0 END),
	SUM(CASE WHEN kind = 2 THEN recipients ELSE 0 END),
	SUM(CASE WHEN kind = 3 THEN recipients ELSE 0 END),
	SUM(CASE WHEN kind = 5 THEN recipients ELSE 0 END),
	SUM(CASE WHEN kind = 4 THEN recipients ELSE 0 END)
FROM (SELECT account_id, bucket_sec AS at_sec, sent, 5 AS kind,
		rejected AS recipients
	FROM tally WHERE set_id = 0
	AND bucket_sec >= (SELECT MAX(bucket_sec) - 15 * 86400 FROM tally)
	UNION ALL
	SELECT account_id, at_msec / 1000, 0,
		CASE WHEN detail LIKE '%"OnAccountSuppressionList"%' THEN 5
		ELSE kind END,
		1 + length(recipients) - length(replace(recipients, char(10), ''))
	FROM event WHERE at_msec >= (SELECT MAX(at_msec) - 15 * 86400000 FROM event)
	AND (kind IN (1, 3, 4) OR (kind = 2
		AND detail LIKE '%"bounceType":"Permanent"%'))) known
GROUP BY account_id, at_sec - at_sec % 3600
HAVING SUM(sent + recipients) > 0;

-- An account's figures as they were judged last, for lists in their order; one row
-- for each account from its beginning.
CREATE TABLE account_figure (
	account_id INTEGER PRIMARY KEY REFERENCES account ON DELETE CASCADE,
	-- 2 paused, 1 under review (or beyond), 0 neither: as account says
	weight INTEGER NOT NULL DEFAULT 0 CHECK (weight BETWEEN 0 AND 2),
	risk REAL NOT NULL DEFAULT 0, -- of the threshold of a pause
	used INTEGER NOT NULL DEFAULT 0,   -- recipients in 24 hours
	volume INTEGER NOT NULL DEFAULT 0, -- recipients that were judged
	bounces INTEGER NOT NULL DEFAULT 0,
	complaints INTEGER NOT NULL DEFAULT 0,
	judged_sec INTEGER NOT NULL DEFAULT 0 -- 0 never
);
CREATE INDEX account_figure_by_risk
	ON account_figure (weight, risk, account_id);
CREATE INDEX account_figure_by_used ON account_figure (used, account_id);
INSERT INTO account_figure (account_id, weight)
SELECT id, CASE WHEN paused = 1 THEN 2 WHEN standing <> 0 THEN 1 ELSE 0 END
FROM account;
CREATE TRIGGER account_figure_insert AFTER INSERT ON account
BEGIN
	INSERT INTO account_figure (account_id, weight)
	VALUES (NEW.id, CASE WHEN NEW.paused = 1 THEN 2
		WHEN NEW.standing <> 0 THEN 1 ELSE 0 END);
END;
CREATE TRIGGER account_figure_update AFTER UPDATE ON account
WHEN OLD.paused <> NEW.paused OR OLD.standing <> NEW.standing
BEGIN
	UPDATE account_figure SET weight = CASE WHEN NEW.paused = 1 THEN 2
		WHEN NEW.standing <> 0 THEN 1 ELSE 0 END
	WHERE account_id = NEW.id;
END;

-- Requests in the order of their age, and by their status.
CREATE INDEX access_request_by_status ON access_request (status, id);

-- Identities are counted by their status.
CREATE INDEX identity_by_status ON identity (account_id, status);
