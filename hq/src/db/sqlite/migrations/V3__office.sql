-- Neither truth nor rebuildable: kept and backed up apart.

CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE units (
  unit   TEXT PRIMARY KEY,
  name   TEXT NOT NULL,
  parent TEXT REFERENCES units (unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  user           TEXT PRIMARY KEY,
  name           TEXT NOT NULL,
  role           TEXT NOT NULL CHECK (role IN ('inspector', 'station_head', 'admin')),
  unit           TEXT NOT NULL REFERENCES units (unit),
  certificate_no TEXT NOT NULL,
  password       TEXT NOT NULL,          -- Argon2id: memory$passes$salt$hash
  disabled       INTEGER NOT NULL CHECK (disabled IN (0, 1)),
  created        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Browsers that are signed in. The cookie's secret is kept as its SHA-256 only.
CREATE TABLE sessions (
  session TEXT PRIMARY KEY,              -- names it in lists; not the secret
  secret  BLOB NOT NULL UNIQUE CHECK (length(secret) = 32),
  user    TEXT NOT NULL REFERENCES users (user),
  created TEXT NOT NULL,
  expires TEXT NOT NULL,
  agent   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user);

CREATE TABLE firms (
  firm   TEXT PRIMARY KEY,
  unit   TEXT NOT NULL REFERENCES units (unit),
  search TEXT NOT NULL,                  -- names and credit code, lower case
  record TEXT NOT NULL                   -- FirmRecord as JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
  invitation TEXT PRIMARY KEY,           -- names it in lists; not the secret
  secret     BLOB NOT NULL UNIQUE CHECK (length(secret) = 32), -- SHA-256
  user       TEXT NOT NULL REFERENCES users (user),
  created    TEXT NOT NULL,
  expires    TEXT NOT NULL,
  cancelled  INTEGER NOT NULL CHECK (cancelled IN (0, 1)),
  used_by    TEXT,                       -- device
  request    BLOB CHECK (request IS NULL OR length(request) = 32) -- SHA-256 of the keys that used it
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
  device      TEXT PRIMARY KEY,
  label       TEXT NOT NULL,
  device_key  BLOB NOT NULL CHECK (length(device_key) = 32),
  sealing_key BLOB NOT NULL CHECK (length(sealing_key) = 32),
  unit        TEXT NOT NULL,
  enrolled    TEXT NOT NULL,
  last_seen   TEXT,
  revoked     TEXT,
  reason      TEXT
) STRICT, WITHOUT ROWID;

-- Uploads under way and, until they expire, finished ones: a reply that was lost can be asked for again.
CREATE TABLE uploads (
  upload  TEXT PRIMARY KEY,              -- unguessable: 256 random bits
  device  TEXT NOT NULL,
  feed    BLOB NOT NULL CHECK (length(feed) = 32),
  entry   BLOB NOT NULL CHECK (length(entry) = 32),
  sha256  BLOB NOT NULL CHECK (length(sha256) = 32),
  size    INTEGER NOT NULL CHECK (size >= 0),
  expires TEXT NOT NULL,
  done    INTEGER NOT NULL CHECK (done IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_of_entry ON uploads (entry, sha256);
