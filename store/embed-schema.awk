# Turns the schema files into C: one array of lines a file, and the table of them.
# Usage: awk -f embed-schema.awk store/schema/NNN-name.sql ... > schema-text.c
FNR == 1 {
	if (files)
		print "\tNULL,\n};"
	name = FILENAME
	sub(/.*\//, "", name)
	version[++files] = name + 0
	title[files] = name
	if (files == 1)
		print "/* Made from store/schema by embed-schema.awk. */\n" \
		    "#include <stddef.h>\n#include \"store/migrate.h\"\n"
	print "static const char *const lines_" files "[] = {"
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	print "\t\"" $0 "\\n\","
}
END {
	print "\tNULL,\n};\n"
	print "const struct schema_file schema_files[] = {"
	for (i = 1; i <= files; i++)
		print "\t{" version[i] ", \"" title[i] "\", lines_" i "},"
	print "};\nconst size_t schema_file_count = " files ";"
}
