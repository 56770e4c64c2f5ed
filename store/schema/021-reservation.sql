-- What a message was counted for stands in the memory of the process that counted it
-- (ops/reserve.h), and its leases in this store: nothing reads or writes these rows.
DROP TABLE reservation;
