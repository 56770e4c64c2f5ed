# Writes the operations of sendward-api(7) out of their rows.
#     awk -f man/wrap.awk -f man/operations.awk api/v2_*.c api/v1_*.c api/sns_topic.c \
#         api/own_*.c

# "A|" "B" as "A, B"; NULL and "" as "".
function text_of(field) {
	gsub(/"[ \t]*"/, "", field)
	if (field !~ /"/)
		return ""
	gsub(/^[^"]*"|"[^"]*$/, "", field)
	gsub(/\|/, ", ", field)
	return field
}

# Who may call one of sendward's own: people with a session.
function people_of(flags) {
	if (flags ~ /API_OP_OPEN/)
		return "Anybody."
	if (flags ~ /API_OP_PERSON/)
		return "Whoever is signed in."
	if (flags ~ /API_OP_OPERATOR/)
		return "Operators."
	return flags ~ /API_OP_READS/ ? \
	    "Users of the account, and operators who look at it." : \
	    "Users of the account."
}

function permission_of(flags) {
	if (flags ~ /API_OP_SENDS/)
		return "send"
	return flags ~ /API_OP_READS/ ? "read" : ""
}

function row(record,   field, count, protocol, name) {
	count = split(record, field, ",")
	protocol = field[1]
	gsub(/[{ \t]|API_/, "", protocol)
	name = text_of(field[2])
	if (count < 9 || name == "" || !(protocol in title)) {
		printf "%s: cannot be read: %s\n", FILENAME, record \
		    >"/dev/stderr"
		failed = 1
		exit 1
	}
	names[protocol, ++number[protocol]] = name
	for (word in macro)
		sub("(^|[ \t])" word "([ \t]|$)", macro[word] " ", field[4])
	place[protocol, name] = text_of(field[3]) " " text_of(field[4])
	permission[protocol, name] = permission_of(field[7])
	people[protocol, name] = people_of(field[7])
	errors[protocol, name] = text_of(field[8])
}

function sort_names(protocol,   i, j, name) {
	for (i = 2; i <= number[protocol]; i++) {
		name = names[protocol, i]
		for (j = i - 1; j > 0 && names[protocol, j] > name; j--)
			names[protocol, j + 1] = names[protocol, j]
		names[protocol, j + 1] = name
	}
}

function put(protocol, name,   text) {
	printf ".It Sy %s\n", name
	if (protocol == "V2" || protocol == "OWN")
		printf ".Ql %s\n.br\n", place[protocol, name]
	text = "Permission: " (permission[protocol, name] == "" ? "all" : \
	    permission[protocol, name] " or all") "."
	if (protocol == "OWN")
		text = people[protocol, name]
	if (errors[protocol, name] != "")
		text = text " Errors: " errors[protocol, name] "."
	wrap(text)
}

BEGIN {
	title["V2"] = "Amazon SES, version 2"
	title["V1"] = "Amazon SES, version 1"
	title["SNS"] = "Amazon SNS"
	title["OWN"] = "sendward\\(aqs own"
	print ".\\\" begin operations (man/update writes them)"
}
# The beginning of paths in one file.
FNR == 1 { split("", macro) }
/^#define [A-Z_]+ "[^"]*"$/ { macro[$2] = $3 }
/^\t\{API_/ { record = ""; is_open = 1 }
is_open {
	record = record " " $0
	if ($0 ~ /\},$/) {
		is_open = 0
		row(record)
	}
}
END {
	if (failed)
		exit 1
	total = split("V2 V1 SNS OWN", order, " ")
	for (p = 1; p <= total; p++) {
		protocol = order[p]
		if (number[protocol] == 0)
			exit 1
		sort_names(protocol)
		printf ".Ss %s: %d operations\n", title[protocol], \
		    number[protocol]
		print ".Bl -tag -width Ds"
		for (i = 1; i <= number[protocol]; i++)
			put(protocol, names[protocol, i])
		print ".El"
	}
	print ".\\\" end operations"
}
