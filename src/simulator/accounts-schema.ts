/** The tables of accounts, whom they know and which groups they form. Addresses here are phones' digits and groups' ids. */
export const ACCOUNTS_SCHEMA = `
CREATE TABLE IF NOT EXISTS identities (
  no INTEGER PRIMARY KEY AUTOINCREMENT, messenger TEXT NOT NULL, phone TEXT NOT NULL, lid TEXT NOT NULL UNIQUE,
  UNIQUE (messenger, phone)
);
CREATE TABLE IF NOT EXISTS profiles (
  messenger TEXT NOT NULL, phone TEXT NOT NULL, username TEXT, profile TEXT NOT NULL,
  PRIMARY KEY (messenger, phone)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS profiles_username ON profiles (messenger, username) WHERE username IS NOT NULL;
CREATE TABLE IF NOT EXISTS contacts (
  messenger TEXT NOT NULL, owner TEXT NOT NULL, peer TEXT NOT NULL, first_name TEXT NOT NULL, last_name TEXT NOT NULL,
  on_phone INTEGER NOT NULL, PRIMARY KEY (messenger, owner, peer)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chat_settings (
  messenger TEXT NOT NULL, owner TEXT NOT NULL, peer TEXT NOT NULL, archived INTEGER NOT NULL, ephemeral_s INTEGER NOT NULL,
  ephemeral_set_at INTEGER NOT NULL, muted_until INTEGER NOT NULL, PRIMARY KEY (messenger, owner, peer)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS groups (
  no INTEGER PRIMARY KEY AUTOINCREMENT, messenger TEXT NOT NULL, id TEXT NOT NULL, owner TEXT NOT NULL, subject TEXT NOT NULL,
  subject_owner TEXT NOT NULL, subject_at INTEGER NOT NULL, created_at INTEGER NOT NULL, description TEXT NOT NULL,
  invite_link TEXT NOT NULL, rights TEXT NOT NULL, picture TEXT NOT NULL, ephemeral_s INTEGER NOT NULL,
  ephemeral_set_at INTEGER NOT NULL, type TEXT NOT NULL, UNIQUE (messenger, id)
);
CREATE UNIQUE INDEX IF NOT EXISTS groups_invite ON groups (invite_link);
CREATE TABLE IF NOT EXISTS group_members (
  messenger TEXT NOT NULL, id TEXT NOT NULL, phone TEXT NOT NULL, is_admin INTEGER NOT NULL, joined_at INTEGER NOT NULL,
  PRIMARY KEY (messenger, id, phone)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS group_members_phone ON group_members (phone, messenger);
`

/** What tables that are older than these columns get when the file is opened. */
export const ADDED_COLUMNS: readonly { readonly table: string; readonly column: string; readonly form: string }[] = [
  { table: 'devices', column: 'hides_numbers', form: 'INTEGER NOT NULL DEFAULT 0' },
]
