"""How a database of an earlier revision becomes one of the newest: one file in `versions` for each step, run by Alembic.

A step never imports our code, which moves on while the step must not; and it never changes a row of the log.
"""
