# jobs: see README.md
