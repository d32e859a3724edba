DROP VIEW deliveries;
-- As in V6, but who may learn from another's delivery is asked of the team and not of the reason why an entry has no effect: a
-- stranger's entry of an unknown type, or in somebody else's name, bears that reason and not its scope.
CREATE VIEW deliveries AS
SELECT r.log_index, r.position
FROM blob_refs r
WHERE NOT EXISTS (SELECT 1 FROM lost_objects l WHERE l.sha256 = r.sha256) AND EXISTS (
  SELECT 1 FROM proofs p
  WHERE p.sha256 = r.sha256 AND (p.feed = r.feed OR (
    EXISTS (SELECT 1 FROM feeds f JOIN teams t ON t.user = f.user WHERE f.feed = r.feed AND t.inspection = r.inspection)
    AND EXISTS (
      SELECT 1 FROM blob_refs o JOIN feeds g ON g.feed = o.feed
      JOIN teams u ON u.user = g.user AND u.inspection = o.inspection
      WHERE o.inspection = r.inspection AND o.sha256 = r.sha256 AND o.feed = p.feed))));
