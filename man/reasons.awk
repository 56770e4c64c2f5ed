# Writes the reason list of sendward(7) out of rules/types.h.
#     awk -f man/wrap.awk -f man/reasons.awk rules/types.h

BEGIN {
	print ".\\\" begin reasons (man/update writes them)"
	print ".Bl -tag -width Ds"
}
/^X\(/ {
	split($0, part, "\"")
	if (part[4] == "") {
		printf "%s:%d: cannot be read\n", FILENAME, FNR >"/dev/stderr"
		exit 1
	}
	if (part[2] == "NONE")
		next
	count++
	printf ".It Sy %s\n", part[2]
	wrap(part[4] ".")
}
END {
	if (count == 0)
		exit 1
	print ".El"
	print ".\\\" end reasons"
}
