# feedback: see README.md
EXTRA_DIST += feedback/README.md
