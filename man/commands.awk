# Writes the commands of sendwardctl(8) out of ctl/commands.c.
#     awk -f man/wrap.awk -f man/commands.awk ctl/command_options.h ctl/commands.c

# Takes the next member of an initialiser off `rest`: a string (neighbours are
# joined, escapes resolved) or a word.
function member(   text, piece) {
	sub(/^[ \t,]+/, "", rest)
	if (rest !~ /^"/) {
		match(rest, /^[^,}]*/)
		text = substr(rest, 1, RLENGTH)
		rest = substr(rest, RLENGTH + 1)
		return text
	}
	text = ""
	while (match(rest, /^[ \t]*"(\\.|[^"\\])*"/)) {
		piece = substr(rest, 1, RLENGTH)
		sub(/^[ \t]*"/, "", piece)
		text = text substr(piece, 1, length(piece) - 1)
		rest = substr(rest, RLENGTH + 1)
	}
	gsub(/\\n/, "\n", text)
	gsub(/\\"/, "\"", text)
	return text
}

# An argument such as "[ACCOUNT]" or "DOMAIN|ADDRESS".
function argument(text) {
	if (text !~ /^\[/)
		return " Ar " text
	gsub(/[][]/, "", text)
	if (text ~ /\.\.\.$/) {
		sub(/\.\.\.$/, "", text)
		return " Op Ar " text " ..."
	}
	return " Op Ar " text
}

function option(text) {
	if (text == "" || text == "NULL")
		return ""
	return " Ar " text
}

function command(   noun, verb, args, least, most, options, summary, help, \
    example, n, words, i) {
	noun = member()
	verb = member()
	args = member()
	least = member()
	most = member()
	options = member()
	member()
	summary = member()
	help = member()
	example = member()
	if (help == "" || example == "") {
		printf "%s: cannot be read: %s %s\n", FILENAME, noun, verb \
		    >"/dev/stderr"
		failed = 1
		exit 1
	}
	count++
	if (noun != group) {
		if (group != "")
			print ".El"
		printf ".Ss %s\n", noun
		wrap(noun_help[noun] ".")
		print ".Bl -tag -width Ds"
	}
	group = noun
	printf ".It Ic %s%s", noun, verb == "NULL" ? "" : " " verb
	n = split(args, words, " ")
	for (i = 1; i <= n; i++)
		printf "%s", argument(words[i])
	printf "\n"
	wrap(summary ".")
	gsub(/\n/, " ", help)
	wrap(help)
	if (options_count[options] > 0) {
		print ".Bl -tag -width Ds -compact"
		for (i = 1; i <= options_count[options]; i++) {
			printf ".It Fl -%s%s\n", option_name[options, i], \
			    option(option_value[options, i])
			wrap(option_help[options, i] ".")
		}
		print ".El"
	}
	n = split(example, words, "\n")
	print ".Pp"
	for (i = 1; i <= n; i++) {
		gsub(/\\/, "\\e", words[i])
		gsub(/"/, "\\(dq", words[i])
		printf ".Dl sendwardctl %s\n", words[i]
	}
}

BEGIN {
	print ".\\\" begin commands (man/update writes them)"
}
/^const struct ctl_noun ctl_nouns/ { part = "nouns"; next }
/^static const struct ctl_option / {
	part = "options"
	array = $5
	sub(/\[\]$/, "", array)
	next
}
/^const struct ctl_command ctl_commands/ { part = "commands"; next }
/^\};/ { part = ""; next }
part == "nouns" && /^\{"/ {
	rest = substr($0, 2)
	name = member()
	noun_help[name] = member()
}
part == "options" && /^\{"/ {
	rest = substr($0, 2)
	i = ++options_count[array]
	option_name[array, i] = member()
	option_value[array, i] = member()
	option_help[array, i] = member()
}
part == "commands" && /^\{"/ { record = ""; is_open = 1 }
part == "commands" && is_open {
	record = record " " $0
	if ($0 ~ /"\},$/) {
		rest = record
		sub(/^ *\{/, "", rest)
		is_open = 0
		command()
	}
}
END {
	if (failed || count == 0)
		exit 1
	print ".El"
	print ".\\\" end commands"
}
