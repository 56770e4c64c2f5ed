# dns: see README.md
