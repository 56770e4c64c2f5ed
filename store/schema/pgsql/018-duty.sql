-- The twin of schema/018-duty.sql, which says what the table is for.
CREATE TABLE duty (
	name TEXT PRIMARY KEY CHECK (name <> ''),
	host TEXT NOT NULL,
	boot TEXT NOT NULL,
	pid BIGINT NOT NULL,
	mark BIGINT NOT NULL,
	kept BIGINT NOT NULL,
	taken_usec BIGINT NOT NULL,
	kept_usec BIGINT NOT NULL
) WITH (fillfactor = 50);
