"""Machine translation from offline models: plain Python, no page and no database.

`registry.Models` is the door: which models a folder holds, and translating through them. `engine` says what an engine
is; `argos` and `ctranslate` are the two there are. Nothing here opens a network connection, ever.
"""
