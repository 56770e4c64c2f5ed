# Writes the checks of `doctor` in sendwardctl(8) out of ctl/doctor_list.h.
#     awk -f man/wrap.awk -f man/doctor.awk ctl/doctor_list.h

BEGIN {
	open_list("doctor")
}
/^X\(/ {
	split($0, part, "\"")
	level = part[3]
	gsub(/[^A-Z]/, "", level)
	help = help_of(part[4])
	count++
	printf ".It Sy %s Pq %s\n", part[2], tolower(level)
	help = toupper(substr(help, 1, 1)) substr(help, 2)
	wrap(help ".")
}
END {
	close_list("doctor", count)
}
