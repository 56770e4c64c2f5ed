# For the other scripts here: text as mdoc(7) wants it.

# Prints text in lines of at most 72 bytes, each sentence on a line of its own.
function wrap(text,   n, words, i, line) {
	gsub(/\\/, "\\e", text)
	n = split(text, words, " ")
	line = ""
	for (i = 1; i <= n; i++) {
		if (line != "" && length(line) + length(words[i]) > 71) {
			print line
			line = ""
		}
		# A control character at the start of a line would be a macro.
		if (line == "" && words[i] ~ /^[.']/)
			words[i] = "\\&" words[i]
		line = line (line == "" ? "" : " ") words[i]
		if (words[i] ~ /[^.][.!?]$/) {
			print line
			line = ""
		}
	}
	if (line != "")
		print line
}

# A list of what one line each of a header says, "X(...)", between the marks that
# man/update looks for.
function open_list(name) {
	print ".\\\" begin " name " (man/update writes them)"
	print ".Bl -tag -width Ds"
}
function close_list(name, count) {
	if (count == 0)
		exit 1
	print ".El"
	print ".\\\" end " name
}
# The line's text for people; it must have one.
function help_of(help) {
	if (help == "") {
		printf "%s:%d: cannot be read\n", FILENAME, FNR >"/dev/stderr"
		exit 1
	}
	return help
}
