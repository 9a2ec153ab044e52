"""What we have translated before: units, matching, concordance. Knows no HTTP and no people."""
