"""What a word means here, and what we say for it: concepts, terms, lookup, recognition."""
