-- What a credential may do by the API: 0 all, 1 send, 2 read.
ALTER TABLE credential ADD COLUMN permission INTEGER NOT NULL DEFAULT 0
	CHECK (permission BETWEEN 0 AND 2);
