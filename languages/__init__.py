"""What every language needs: tags, names, direction; folding, words, keys, sentences, identification.

This package imports nothing of Dragoman. Everything here is a pure function of its arguments.
"""
