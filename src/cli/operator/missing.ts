/** What is known of an account: it may be there and deleted. */
export type AccountState = 'there' | 'deleted' | 'missing'

export interface MissedCall {
  /** Below the API's base. */
  readonly path: string
  /** The account that the call names beside its path. */
  readonly account: string | undefined
}

/** What the server did not find, as its own answer is the same for all of it; undefined where nothing better is known. */
export async function missingText(
  { path, account }: MissedCall,
  look: (account: string) => Promise<AccountState>,
): Promise<string | undefined> {
  const [root, ...parts] = path.split('/').slice(1).map(decodeURIComponent)
  const id = root === 'accounts' ? parts[0] : account
  if (id !== undefined) {
    const state = await look(id)
    if (state === 'missing') return `There is no account ${id}.`
    if (state === 'deleted') return `Account ${id} is deleted.`
  }
  if (root === 'prices') return 'There is no such price.'
  const [, kind, one] = parts
  return id === undefined || one === undefined ? undefined : partText(id, kind, one)
}

function partText(account: string, kind: string | undefined, one: string): string | undefined {
  if (kind === 'tokens') return `Account ${account} has no token ${one}.`
  if (kind === 'instances') return `Account ${account} has no instance ${one}, or it is deleted.`
  return kind === 'statements' ? `Account ${account} has no statement of ${one}.` : undefined
}
