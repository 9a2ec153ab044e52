"""What a word means here, and what we say for it: the legal-cultural term base. Knows no HTTP, no files, no people."""
