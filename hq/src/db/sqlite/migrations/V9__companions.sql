-- Whose feeds speak in the inspections of a person's teams: a pull with nothing new asks for a handful of rows and not for every
-- inspection of a career. Kept by triggers, so that it is exact after every transaction, whoever writes.

-- Entries a feed has in an inspection, other than a stranger's.
CREATE TABLE speakers (
  inspection TEXT NOT NULL,
  feed       BLOB NOT NULL CHECK (length(feed) = 32),
  entries    INTEGER NOT NULL CHECK (entries > 0),
  PRIMARY KEY (inspection, feed)
) STRICT, WITHOUT ROWID;

-- In how many inspections of a person's teams a feed speaks.
CREATE TABLE companions (
  user        TEXT NOT NULL,
  feed        BLOB NOT NULL CHECK (length(feed) = 32),
  inspections INTEGER NOT NULL CHECK (inspections > 0),
  PRIMARY KEY (user, feed)
) STRICT, WITHOUT ROWID;

INSERT INTO speakers
SELECT i.inspection, e.feed, count(*) FROM entry_index i JOIN entries e ON e.log_index = i.log_index
WHERE i.inspection IS NOT NULL AND i.inert IS NOT 'event.scope' GROUP BY i.inspection, e.feed;

INSERT INTO companions
SELECT t.user, s.feed, count(*) FROM teams t JOIN speakers s ON s.inspection = t.inspection GROUP BY t.user, s.feed;

CREATE TRIGGER entry_speaks AFTER INSERT ON entry_index
WHEN NEW.inspection IS NOT NULL AND NEW.inert IS NOT 'event.scope' BEGIN
  INSERT INTO speakers SELECT NEW.inspection, e.feed, 1 FROM entries e WHERE e.log_index = NEW.log_index
  ON CONFLICT (inspection, feed) DO UPDATE SET entries = entries + 1;
END;

CREATE TRIGGER entry_is_gone AFTER DELETE ON entry_index
WHEN OLD.inspection IS NOT NULL AND OLD.inert IS NOT 'event.scope' BEGIN
  DELETE FROM speakers WHERE entries = 1 AND inspection = OLD.inspection
    AND feed = (SELECT feed FROM entries WHERE log_index = OLD.log_index);
  UPDATE speakers SET entries = entries - 1 WHERE entries > 1 AND inspection = OLD.inspection
    AND feed = (SELECT feed FROM entries WHERE log_index = OLD.log_index);
END;

-- Judged anew, because a later entry said who belongs to the team.
CREATE TRIGGER entry_speaks_after_all AFTER UPDATE OF inert ON entry_index
WHEN NEW.inspection IS NOT NULL AND OLD.inert IS 'event.scope' AND NEW.inert IS NOT 'event.scope' BEGIN
  INSERT INTO speakers SELECT NEW.inspection, e.feed, 1 FROM entries e WHERE e.log_index = NEW.log_index
  ON CONFLICT (inspection, feed) DO UPDATE SET entries = entries + 1;
END;

CREATE TRIGGER entry_is_a_strangers AFTER UPDATE OF inert ON entry_index
WHEN NEW.inspection IS NOT NULL AND OLD.inert IS NOT 'event.scope' AND NEW.inert IS 'event.scope' BEGIN
  DELETE FROM speakers WHERE entries = 1 AND inspection = NEW.inspection
    AND feed = (SELECT feed FROM entries WHERE log_index = NEW.log_index);
  UPDATE speakers SET entries = entries - 1 WHERE entries > 1 AND inspection = NEW.inspection
    AND feed = (SELECT feed FROM entries WHERE log_index = NEW.log_index);
END;

CREATE TRIGGER speaker_comes AFTER INSERT ON speakers BEGIN
  INSERT INTO companions SELECT t.user, NEW.feed, 1 FROM teams t WHERE t.inspection = NEW.inspection
  ON CONFLICT (user, feed) DO UPDATE SET inspections = inspections + 1;
END;

CREATE TRIGGER speaker_goes AFTER DELETE ON speakers BEGIN
  DELETE FROM companions WHERE inspections = 1 AND feed = OLD.feed
    AND user IN (SELECT user FROM teams WHERE inspection = OLD.inspection);
  UPDATE companions SET inspections = inspections - 1 WHERE inspections > 1 AND feed = OLD.feed
    AND user IN (SELECT user FROM teams WHERE inspection = OLD.inspection);
END;

CREATE TRIGGER member_comes AFTER INSERT ON teams BEGIN
  INSERT INTO companions SELECT NEW.user, s.feed, 1 FROM speakers s WHERE s.inspection = NEW.inspection
  ON CONFLICT (user, feed) DO UPDATE SET inspections = inspections + 1;
END;

CREATE TRIGGER member_goes AFTER DELETE ON teams BEGIN
  DELETE FROM companions WHERE inspections = 1 AND user = OLD.user
    AND feed IN (SELECT feed FROM speakers WHERE inspection = OLD.inspection);
  UPDATE companions SET inspections = inspections - 1 WHERE inspections > 1 AND user = OLD.user
    AND feed IN (SELECT feed FROM speakers WHERE inspection = OLD.inspection);
END;

-- What a feed named, in the order of the log: what was delivered before some place is not counted through again.
CREATE INDEX blob_refs_in_order ON blob_refs (feed, log_index);
