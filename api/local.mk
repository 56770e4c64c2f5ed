# api: see README.md
