-- Work that one sendward-jobd does for all hosts. Its holder counts kept on again and
-- again; who sees it stand still for long takes the duty. host, boot (of the kernel's
-- start) and pid say who the holder is, so that his successor on the same host need
-- not wait when he is gone. The times are for people.
CREATE TABLE duty (
	name TEXT PRIMARY KEY CHECK (name <> ''),
	host TEXT NOT NULL,
	boot TEXT NOT NULL,
	pid INTEGER NOT NULL,
	mark INTEGER NOT NULL, -- random, of a process
	kept INTEGER NOT NULL,
	taken_usec INTEGER NOT NULL,
	kept_usec INTEGER NOT NULL
) WITHOUT ROWID;
