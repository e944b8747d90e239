"""The steps, oldest first. A new one also joins `schema.REVISIONS`, and the tables it makes join `tables`.

Each must leave the same schema as a database made new, which a test compares.
"""
