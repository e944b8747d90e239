"""Hardware adapters: bytes to frames, jobs to bytes. They know nothing of returns, of Textual or of the database.

An adapter is one module that meets a protocol of `contract.py` and stands in the table of `registry.py`; importing this
package imports none of them.
"""
