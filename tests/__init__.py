"""The tests. A package, because one of our dependencies installs a package of the same name."""
