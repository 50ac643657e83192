-- SQLite has no schemas: a file is one. The number stands so that both engines count alike.
PRAGMA user_version = 1;
