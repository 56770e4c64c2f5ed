# Writes the checks of `doctor` in sendwardctl(8) out of ctl/doctor_list.h.
#     awk -f man/wrap.awk -f man/doctor.awk ctl/doctor_list.h

BEGIN {
	print ".\\\" begin doctor (man/update writes them)"
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
	help = toupper(substr(help, 1, 1)) substr(help, 2)
	wrap(help ".")
}
END {
	if (count == 0)
		exit 1
	print ".El"
	print ".\\\" end doctor"
}
