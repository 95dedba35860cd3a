internal import GRDB

/// The tables of `node.db`.
///
/// Append a step, never edit one that has shipped.
///
/// Keys are sequential integers and the rows that change are narrow: a random key or a state column
/// in a 6 KiB row would more than double the cost of a commit.
enum NodeSchema {
  static func migrator() -> DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("0001 log", migrate: log)
    migrator.registerMigration("0002 trust", migrate: trust)
    migrator.registerMigration("0003 messages", migrate: messages)
    migrator.registerMigration("0004 cases", migrate: cases)
    migrator.registerMigration("0028 withdrawal", migrate: withdrawal)
    migrator.registerMigration("desk keys: resealed", migrate: resealed)
    migrator.registerMigration("0005 legs", migrate: legs)
    migrator.registerMigration("0006 witnessing", migrate: witnessing)
    migrator.registerMigration("0007 succession", migrate: succession)
    migrator.registerMigration("0020 life", migrate: life)
    migrator.registerMigration("0005 consent", migrate: consent)
    migrator.registerMigration("0041 parcels", migrate: parcels)
    migrator.registerMigration("0047 legs shown", migrate: legsShown)
    migrator.registerMigration("0048 retention", migrate: retention)
    migrator.registerMigration("0051 anonymous", migrate: anonymous)
    migrator.registerMigration("0052 kept basis", migrate: keptBasis)
    return migrator
  }

  private static func log(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        -- One row for each leaf but pads. p_salt is the salt of an empty personal part; the salt of
        -- a real one derives from a key in keyring.db, filed under person.
        CREATE TABLE event (
          idx INTEGER PRIMARY KEY CHECK (idx >= 0),
          type TEXT NOT NULL,
          e BLOB NOT NULL CHECK (length(e) <= 4096),
          e_salt BLOB NOT NULL CHECK (length(e_salt) = 32),
          a BLOB NOT NULL CHECK (length(a) <= 4096),
          a_salt BLOB NOT NULL CHECK (length(a_salt) = 32),
          p_commit BLOB NOT NULL CHECK (length(p_commit) = 32),
          p_salt BLOB CHECK (length(p_salt) = 32),
          person BLOB CHECK (length(person) = 16),
          leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)
        ) STRICT;
        -- Runs of pads, both ends included: a pad has no row of its own.
        CREATE TABLE pad (
          first INTEGER PRIMARY KEY, last INTEGER NOT NULL CHECK (last >= first)
        ) STRICT;
        -- Full tiles, written once: level * 2^40 + index.
        CREATE TABLE tile (
          id INTEGER PRIMARY KEY,
          root BLOB NOT NULL CHECK (length(root) = 32),
          hashes BLOB NOT NULL CHECK (length(hashes) = 8192)
        ) STRICT;
        -- Checkpoints worth keeping: heartbeats and settled ones, with cosignatures as they come.
        CREATE TABLE mark (
          size INTEGER PRIMARY KEY, note TEXT NOT NULL, at INTEGER NOT NULL,
          heartbeat INTEGER NOT NULL CHECK (heartbeat IN (0, 1))
        ) STRICT;
        """
    )
  }

  private static func trust(_ db: Database) throws {
    try db.execute(
      sql: """
        -- Registers, suspensions, cards, links: whole notes, as signed.
        CREATE TABLE note (
          id INTEGER PRIMARY KEY,
          kind TEXT NOT NULL CHECK (kind IN ('register', 'suspension', 'card', 'link')),
          owner TEXT NOT NULL,
          serial INTEGER NOT NULL,
          text TEXT NOT NULL,
          at INTEGER NOT NULL,
          UNIQUE (kind, owner, serial, text)
        ) STRICT;
        CREATE TABLE policy (sha256 BLOB PRIMARY KEY, body BLOB NOT NULL) STRICT;
        CREATE TABLE peer (
          id INTEGER PRIMARY KEY,
          agency TEXT NOT NULL UNIQUE,
          next_seq INTEGER NOT NULL DEFAULT 1 CHECK (next_seq >= 1),
          heard_at INTEGER NOT NULL DEFAULT 0,
          refused INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        -- A peer's checkpoints that receipts rest on.
        CREATE TABLE view (
          id INTEGER PRIMARY KEY, peer INTEGER NOT NULL REFERENCES peer (id), note TEXT NOT NULL
        ) STRICT;
        CREATE TABLE evidence (
          id INTEGER PRIMARY KEY, kind TEXT NOT NULL, first TEXT NOT NULL, second TEXT NOT NULL,
          at INTEGER NOT NULL
        ) STRICT;
        """
    )
  }

  private static func messages(_ db: Database) throws {
    try db.execute(
      sql: """
        -- One leg: one survivor, one recipient, one service, one grant. role 0 = we sent the offer.
        CREATE TABLE referral (
          id INTEGER PRIMARY KEY,
          name TEXT NOT NULL CHECK (length(name) = 32),
          role INTEGER NOT NULL CHECK (role IN (0, 1)),
          peer INTEGER NOT NULL REFERENCES peer (id),
          grant_log TEXT NOT NULL,
          grant_idx INTEGER NOT NULL,
          offer BLOB NOT NULL CHECK (length(offer) = 32),
          purpose TEXT NOT NULL,
          basis TEXT NOT NULL,
          groups TEXT NOT NULL,
          until INTEGER NOT NULL,
          state TEXT NOT NULL,
          since INTEGER NOT NULL,
          frozen_since INTEGER,
          disputed_from TEXT,
          heard_seq INTEGER NOT NULL DEFAULT 0,
          peer_erased INTEGER NOT NULL DEFAULT 0 CHECK (peer_erased IN (0, 1)),
          erased INTEGER NOT NULL DEFAULT 0 CHECK (erased IN (0, 1)),
          code TEXT,
          UNIQUE (role, peer, grant_idx, grant_log)
        ) STRICT;
        -- state 0 queued, 1 logged (may have left), 2 received, 3 refused, 4 dead in the queue, 5 held
        -- back until the recipient accepts.
        CREATE TABLE outbound (
          id INTEGER PRIMARY KEY,
          peer INTEGER NOT NULL REFERENCES peer (id),
          referral INTEGER REFERENCES referral (id),
          kind TEXT NOT NULL,
          message BLOB NOT NULL CHECK (length(message) = 32),
          ref BLOB CHECK (length(ref) = 32),
          grant_idx INTEGER,
          grant_log TEXT,
          until INTEGER,
          groups TEXT NOT NULL,
          purpose TEXT NOT NULL,
          basis TEXT NOT NULL,
          expires INTEGER NOT NULL,
          actor TEXT,
          desk TEXT,
          state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 5),
          idx INTEGER,
          seq INTEGER,
          code TEXT,
          outcome TEXT,
          at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX outbound_waiting ON outbound (peer, id) WHERE state < 2;
        CREATE TABLE outbound_envelope (
          id INTEGER PRIMARY KEY REFERENCES outbound (id), envelope BLOB NOT NULL
        ) STRICT;
        -- The peer's receive or refuse event: the proof of delivery.
        CREATE TABLE receipt (
          id INTEGER PRIMARY KEY REFERENCES outbound (id),
          e BLOB NOT NULL, salt BLOB NOT NULL, staff BLOB NOT NULL, personal BLOB NOT NULL,
          path BLOB NOT NULL, view INTEGER NOT NULL REFERENCES view (id)
        ) STRICT;
        CREATE TABLE inbound (
          id INTEGER PRIMARY KEY,
          peer INTEGER NOT NULL REFERENCES peer (id),
          seq INTEGER NOT NULL,
          message BLOB NOT NULL CHECK (length(message) = 32),
          kind TEXT NOT NULL,
          referral INTEGER REFERENCES referral (id),
          idx INTEGER NOT NULL,
          outcome TEXT NOT NULL,
          expires INTEGER NOT NULL,
          opened INTEGER NOT NULL DEFAULT 0 CHECK (opened IN (0, 1)),
          at INTEGER NOT NULL,
          UNIQUE (peer, seq)
        ) STRICT;
        CREATE TABLE inbound_envelope (
          id INTEGER PRIMARY KEY REFERENCES inbound (id), envelope BLOB NOT NULL
        ) STRICT;
        -- Withdrawn grants of others, kept even for grants not yet seen.
        CREATE TABLE tombstone (
          peer INTEGER NOT NULL REFERENCES peer (id), grant_idx INTEGER NOT NULL,
          grant_log TEXT NOT NULL, until INTEGER NOT NULL, message BLOB NOT NULL,
          -- Set when erasure was asked for: not before this time, unless a desk here confirms.
          erase_after INTEGER, confirmed INTEGER NOT NULL DEFAULT 0,
          done INTEGER NOT NULL DEFAULT 0,
          PRIMARY KEY (peer, grant_idx, grant_log)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE refusal_count (
          peer INTEGER NOT NULL REFERENCES peer (id), code TEXT NOT NULL, n INTEGER NOT NULL,
          first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (peer, code)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE idempotency (
          key TEXT PRIMARY KEY, request BLOB NOT NULL, answer BLOB NOT NULL, at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
    )
  }

  private static func cases(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE case_file (
          id INTEGER PRIMARY KEY,
          name TEXT NOT NULL UNIQUE CHECK (length(name) = 32),
          desk TEXT NOT NULL,
          state TEXT NOT NULL,
          at INTEGER NOT NULL
        ) STRICT;
        -- Ciphertext under the case key; the key is in keyring.db.
        CREATE TABLE case_section (
          case_id INTEGER NOT NULL REFERENCES case_file (id), section TEXT NOT NULL,
          sealed BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (case_id, section)
        ) STRICT;
        -- Our own grants: one leg each.
        CREATE TABLE consent_grant (
          idx INTEGER PRIMARY KEY,
          log TEXT NOT NULL,
          case_id INTEGER NOT NULL REFERENCES case_file (id),
          person BLOB NOT NULL CHECK (length(person) = 16),
          peer INTEGER NOT NULL REFERENCES peer (id),
          purpose TEXT NOT NULL,
          basis TEXT NOT NULL,
          groups TEXT NOT NULL,
          policy TEXT NOT NULL,
          onward INTEGER NOT NULL CHECK (onward IN (0, 1)),
          until INTEGER NOT NULL,
          offered INTEGER NOT NULL DEFAULT 0 CHECK (offered IN (0, 1)),
          stopped INTEGER NOT NULL DEFAULT 0 CHECK (stopped IN (0, 1)),
          withdraw_idx INTEGER,
          at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX consent_grant_case ON consent_grant (case_id);
        CREATE TABLE holder (
          grant_idx INTEGER NOT NULL REFERENCES consent_grant (idx),
          peer INTEGER NOT NULL REFERENCES peer (id),
          withdraw BLOB, erased_at INTEGER, kept TEXT, backups_until INTEGER,
          PRIMARY KEY (grant_idx, peer)
        ) STRICT, WITHOUT ROWID;
        """
    )
  }
}
