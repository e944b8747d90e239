"""Hardware adapters: bytes to frames. They know nothing of returns, of Textual or of the database."""
