# Turns the schema files into C: one array of lines a file, and for each kind of
# database the table of them.
# Usage: awk -f embed-schema.awk store/schema/NNN-name.sql ... \
#	store/schema/pgsql/NNN-name.sql ... > schema-text.c
BEGIN {
	print "/* Made from store/schema by embed-schema.awk. */\n" \
	    "#include <stddef.h>\n#include \"store/migrate.h\"\n"
}
FNR == 1 {
	if (files)
		print "\tNULL,\n};"
	name = FILENAME
	sub(/.*\//, "", name)
	version[++files] = name + 0
	title[files] = name
	kind[files] = FILENAME ~ /\/pgsql\// ? "pgsql" : "sqlite"
	print "static const char *const lines_" files "[] = {"
}
{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	print "\t\"" $0 "\\n\","
}
function table(which,    i, n) {
	print "static const struct schema_file files_" which "[] = {"
	for (i = 1; i <= files; i++)
		if (kind[i] == which)
			print "\t{" version[i] ", \"" title[i] \
			    "\", lines_" i "},"
	print "};\nconst struct schema schema_" which " = {\n\tfiles_" which \
	    ", sizeof(files_" which ") / sizeof(files_" which "[0])};\n"
}
END {
	print "\tNULL,\n};\n"
	table("sqlite")
	table("pgsql")
}
