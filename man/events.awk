# Writes the event list of sendward(7) out of base/log_events.h.
#     awk -f man/wrap.awk -f man/events.awk base/log_events.h

BEGIN {
	print ".\\\" begin events (man/update writes them)"
	print ".Bl -tag -width Ds"
}
/^X\(/ {
	split($0, part, "\"")
	level = part[3]
	gsub(/[^A-Z]/, "", level)
	help = part[4]
	if (help == "") {
		printf "%s:%d: cannot be read\n", FILENAME, FNR >"/dev/stderr"
		exit 1
	}
	count++
	printf ".It Sy %s Pq %s\n", part[2], tolower(level)
	wrap(help ".")
}
END {
	if (count == 0)
		exit 1
	print ".El"
	print ".\\\" end events"
}
