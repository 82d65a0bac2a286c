import type { Token } from '../../api/account.ts'
import type { Words } from '../../words/dictionaries.ts'

export function tokensKey(account: string): readonly string[] {
  return ['account', account, 'tokens']
}

export function nameOf({ name }: Token, words: Words<'profile'>): string {
  return name === '' ? words.unnamed : name
}
