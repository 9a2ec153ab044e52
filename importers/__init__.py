"""Files in, files out, nothing else. Bytes become a Catalogue of units; translations become bytes again."""
