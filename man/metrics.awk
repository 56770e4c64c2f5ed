# Writes the table of sendward-metrics(7) out of api/metric_list.h.
#     awk -f man/wrap.awk -f man/metrics.awk api/metric_list.h

BEGIN {
	open_list("metrics")
}
/^X\(/ {
	split($0, part, "\"")
	type = part[3]
	gsub(/[^a-z]/, "", type)
	help = help_of(part[6])
	count++
	labels = part[4] == "" ? "" : "; " part[4]
	gsub(/,/, ", ", labels)
	printf ".It Sy sendward_%s Pq %s%s\n", part[2], type, labels
	help = toupper(substr(help, 1, 1)) substr(help, 2)
	wrap(help ".")
}
END {
	close_list("metrics", count)
}
