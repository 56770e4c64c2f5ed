-- The twin of schema/021-reservation.sql, which says why.
DROP TABLE reservation;
