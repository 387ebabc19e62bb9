"""The databases that MLflow can name in a URI; Millrace itself opens SQLite and PostgreSQL."""

from __future__ import annotations

POSTGRES = "postgresql"
MYSQL = "mysql"
SQLITE = "sqlite"
MSSQL = "mssql"
DATABASE_ENGINES = [POSTGRES, MYSQL, SQLITE, MSSQL]
