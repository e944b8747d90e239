"""Tag readers, each meeting `drivers.contract.TagReader`, with their simulated sibling. What a tag is worth is not known here.

Nothing is imported from this file, so that one adapter loads no other's libraries.
"""
