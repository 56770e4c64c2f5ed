# Writes the table of sendward-metrics(7) out of api/metric_list.h.
#     awk -f man/wrap.awk -f man/metrics.awk api/metric_list.h

BEGIN {
	print ".\\\" begin metrics (man/update writes them)"
	print ".Bl -tag -width Ds"
}
/^X\(/ {
	split($0, part, "\"")
	type = part[3]
	gsub(/[^a-z]/, "", type)
	help = part[6]
	if (help == "") {
		printf "%s:%d: cannot be read\n", FILENAME, FNR >"/dev/stderr"
		exit 1
	}
	count++
	labels = part[4] == "" ? "" : "; " part[4]
	gsub(/,/, ", ", labels)
	printf ".It Sy sendward_%s Pq %s%s\n", part[2], type, labels
	help = toupper(substr(help, 1, 1)) substr(help, 2)
	wrap(help ".")
}
END {
	if (count == 0)
		exit 1
	print ".El"
	print ".\\\" end metrics"
}
