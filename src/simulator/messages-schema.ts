/** The tables of what was said, who received it, who called whom, and what devices must hear of all this. */
export const MESSAGES_SCHEMA = `
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, messenger TEXT NOT NULL, id TEXT NOT NULL, sender TEXT NOT NULL,
  recipient TEXT NOT NULL, content TEXT NOT NULL, verdict TEXT NOT NULL, description TEXT NOT NULL, offered INTEGER NOT NULL,
  device INTEGER, at INTEGER NOT NULL, status INTEGER NOT NULL, seen INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS hidden (
  message INTEGER NOT NULL, phone TEXT NOT NULL, PRIMARY KEY (message, phone)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS calls (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, messenger TEXT NOT NULL, id TEXT NOT NULL, caller TEXT NOT NULL, callee TEXT NOT NULL,
  called TEXT NOT NULL, status TEXT NOT NULL, is_video INTEGER NOT NULL, duration_s INTEGER NOT NULL, at INTEGER NOT NULL,
  UNIQUE (id, messenger)
);
CREATE INDEX IF NOT EXISTS calls_ringing ON calls (seq) WHERE status = 'offer';
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, device INTEGER NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL,
  message INTEGER, at INTEGER NOT NULL, acked INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS events_device ON events (device, acked);
`

/**
 * As for `ADDED_COLUMNS`. target: the message that this one is about; act: 1 when it changes its target and is not shown by itself;
 * actor: whose receipt an event tells; call: the call that it tells of.
 */
export const MESSAGES_COLUMNS = [
  { table: 'messages', column: 'target', form: 'INTEGER' },
  { table: 'messages', column: 'act', form: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'events', column: 'actor', form: 'TEXT' },
  { table: 'events', column: 'call', form: 'INTEGER' },
] as const

/** What needs those columns, and what took the place of older indexes. */
export const MESSAGES_INDEXES = `
DROP INDEX IF EXISTS messages_id;
DROP INDEX IF EXISTS messages_recipient;
DROP INDEX IF EXISTS messages_waiting;
CREATE UNIQUE INDEX IF NOT EXISTS messages_by_id ON messages (id, sender, messenger);
CREATE INDEX IF NOT EXISTS messages_sender ON messages (sender, messenger, recipient);
CREATE INDEX IF NOT EXISTS messages_target ON messages (target) WHERE target IS NOT NULL;
`

/** One row for every phone that a message is for; made and filled at once, so that a file of an older version has them too. */
export const DELIVERIES_SCHEMA = `
CREATE TABLE deliveries (
  message INTEGER NOT NULL, phone TEXT NOT NULL, messenger TEXT NOT NULL, chat TEXT NOT NULL, status INTEGER NOT NULL,
  seen INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (message, phone)
) WITHOUT ROWID;
CREATE INDEX deliveries_chat ON deliveries (phone, messenger, chat, message);
CREATE INDEX deliveries_waiting ON deliveries (phone, messenger) WHERE status = 1;
INSERT INTO deliveries (message, phone, messenger, chat, status, seen, at)
  SELECT seq, recipient, messenger, sender, status, seen, at FROM messages WHERE verdict = 'sent';
UPDATE messages SET content = json_set(
  json_remove(content, '$.quote.text'), '$.quote.content',
  CASE WHEN json_extract(content, '$.quote.text') IS NULL THEN json('null')
  ELSE json_object('kind', 'text', 'text', json_extract(content, '$.quote.text')) END
) WHERE json_type(content, '$.quote.id') IS NOT NULL AND json_type(content, '$.quote.content') IS NULL;
`
