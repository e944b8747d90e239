"""Pure values and functions: identifiers, what a scan means, events, checklists, rules, grades and the messages they speak in.

No I/O, no clock, no framework and no display text may be in here; each module is imported by its own name, so that whoever
needs the events does not load the barcode parsers.
"""
