# Writes the option list of sendward.conf(5) out of conf/options.h.
#     awk -f man/wrap.awk -f man/options.awk conf/options.h

# Takes the next argument of X(...) off `rest`.
function argument(   text) {
	sub(/^[ \t]*,?[ \t]*/, "", rest)
	if (rest ~ /^"/) {
		match(rest, /^"[^"]*"/)
		text = substr(rest, 2, RLENGTH - 2)
		rest = substr(rest, RLENGTH + 1)
		return text
	}
	match(rest, /^[^,)]*/)
	text = substr(rest, 1, RLENGTH)
	rest = substr(rest, RLENGTH + 1)
	return text
}

BEGIN {
	print ".\\\" begin options (man/update writes them)"
	print ".Bl -tag -width Ds"
}
/^X\("/ {
	rest = substr($0, 3)
	path = argument()
	field = argument()
	type = argument()
	least = argument()
	most = argument()
	choices = argument()
	def = argument()
	help = argument()
	if (help == "") {
		printf "%s:%d: cannot be read\n", FILENAME, FNR >"/dev/stderr"
		exit 1
	}
	count++
	print ".It Ic " path
	wrap(help ".")
	print ".br"
	if (type == "INT")
		printf "Number, %s to %s; default\n.Cm %s .\n", least, most, def
	else if (type == "ENUM") {
		n = split(choices, choice, "|")
		printf "One of\n"
		for (i = 1; i <= n; i++)
			printf ".Cm \\(dq%s\\(dq%s\n", choice[i], \
			    i < n ? " ," : " ;"
		printf "default\n.Cm \\(dq%s\\(dq .\n", def
	} else if (def == "")
		printf "String, %s to %s bytes; %s.\n", least, most, \
		    (least > 0 ? "no default" : "default empty")
	else
		printf "String, %s to %s bytes; default\n.Cm \\(dq%s\\(dq .\n", \
		    least, most, def
}
END {
	if (count == 0)
		exit 1
	print ".El"
	print ".\\\" end options"
}
