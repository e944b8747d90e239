"""One module per way to attach a scanner, each meeting `drivers.contract.Scanner`, with its simulated sibling.

What a code means is not known here. Nothing is imported from this file, so that one adapter loads no other's libraries.
"""
