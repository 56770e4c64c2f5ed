# Writes the event list of sendward(7) out of base/log_events.h.
#     awk -f man/wrap.awk -f man/events.awk base/log_events.h

BEGIN {
	open_list("events")
}
/^X\(/ {
	split($0, part, "\"")
	level = part[3]
	gsub(/[^A-Z]/, "", level)
	help = help_of(part[4])
	count++
	printf ".It Sy %s Pq %s\n", part[2], tolower(level)
	wrap(help ".")
}
END {
	close_list("events", count)
}
