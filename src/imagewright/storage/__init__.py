"""The database: SQLAlchemy Core on SQLite or PostgreSQL.

`database.open_storage` is the way in; what it gives implements `app.ports.Storage`.
"""
