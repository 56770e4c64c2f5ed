# Writes the operations that sendward-api(7) says are not there, out of
# api/unsupported.c.
#     awk -f man/wrap.awk -f man/unsupported.awk api/unsupported.c

BEGIN {
	title["V2"] = "Amazon SES, version 2"
	title["V1"] = "Amazon SES, version 1"
	title["SNS"] = "Amazon SNS"
	print ".\\\" begin unsupported (man/update writes them)"
	print ".Bl -tag -width Ds"
}
/^\t\{API_/ {
	split($0, part, "\"")
	protocol = part[1]
	gsub(/[^A-Z0-9]|API/, "", protocol)
	name = part[2]
	if (!(protocol in title) || name == "") {
		printf "%s:%d: cannot be read\n", FILENAME, FNR >"/dev/stderr"
		failed = 1
		exit 1
	}
	# One of several paths has a row for each.
	if (protocol == last_protocol && name == last_name)
		next
	list[protocol] = list[protocol] \
	    (list[protocol] == "" ? "" : ", ") name
	last_protocol = protocol
	last_name = name
}
END {
	if (failed)
		exit 1
	total = split("V2 V1 SNS", order, " ")
	for (p = 1; p <= total; p++) {
		if (list[order[p]] == "")
			exit 1
		printf ".It Sy %s\n", title[order[p]]
		wrap(list[order[p]] ".")
	}
	print ".El"
	print ".\\\" end unsupported"
}
