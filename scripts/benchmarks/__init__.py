"""The figures of `scripts/bench`: each measures the real station or a real part of it, on this machine, now.

No figure is written down here and none is a test: a bar that is missed is a fact in the document, not a failure of the program.
"""
