import { Radio, Stack, Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Token, TokenScope } from '../../api/account.ts'
import { useWords } from '../../words/words.ts'
import { useTokenScopes } from './token-scopes.ts'

const NAME_MAX = 200

/** What a person decides about a token, as it stands in the fields. */
export interface TokenDraft {
  readonly name: string
  readonly scope: TokenScope
  /** `2026-12-31T18:00` in the person's zone, or empty. */
  readonly expires: string
  /** One address or network a line. */
  readonly allowFrom: string
}

export function newToken(scope: TokenScope): TokenDraft {
  return { name: '', scope, expires: '', allowFrom: '' }
}

export function draftOf({ name, scope, expiresAt, allowFrom }: Token): TokenDraft {
  return { name, scope, expires: expiresAt === null ? '' : localText(expiresAt), allowFrom: allowFrom.join('\n') }
}

/** What the server is told of a draft. */
export function termsOf({ name, scope, expires, allowFrom }: TokenDraft): object {
  return {
    name: name.trim(),
    scope,
    expiresAt: expires === '' ? null : new Date(expires).toISOString(),
    allowFrom: allowFrom.split(/[\s,;]+/).filter((range) => range !== ''),
  }
}

interface TokenFieldsProps {
  readonly draft: TokenDraft
  readonly onChange: (draft: TokenDraft) => void
}

export function TokenFields({ draft, onChange }: TokenFieldsProps): ReactNode {
  const words = useWords('profile')
  const scopes = useTokenScopes()
  return (
    <>
      <TextInput
        label={words.tokenName}
        description={words.tokenNameHint}
        maxLength={NAME_MAX}
        value={draft.name}
        onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
        data-autofocus
      />
      <Radio.Group
        label={words.scope}
        value={draft.scope}
        onChange={(chosen) => onChange({ ...draft, scope: scopes.find((one) => one === chosen) ?? draft.scope })}
      >
        <Stack gap="xs" mt={4}>
          {scopes.map((scope) => (
            <Radio key={scope} value={scope} label={words.scopes[scope]} description={words.scopeHints[scope]} />
          ))}
        </Stack>
      </Radio.Group>
      <TextInput
        type="datetime-local"
        label={words.expires}
        description={words.expiresHint}
        value={draft.expires}
        onChange={(event) => onChange({ ...draft, expires: event.currentTarget.value })}
      />
      <Textarea
        label={words.allowFrom}
        description={words.allowFromHint}
        rows={3}
        value={draft.allowFrom}
        onChange={(event) => onChange({ ...draft, allowFrom: event.currentTarget.value })}
      />
    </>
  )
}

/** A moment as a field of the kind datetime-local wants it: in the zone of the reader, without one. */
function localText(iso: string): string {
  const at = new Date(iso)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
