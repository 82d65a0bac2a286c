import { useState } from 'react'
import type { Here } from '../here.ts'

/** What was typed and not sent, by chat. In memory alone: it goes with the page, and with the session. */
const drafts = new Map<string, string>()

/** What stands in the field of a chat; it is there again when one comes back to the chat. */
export function useDraft({ account, id }: Here, chat: string): readonly [string, (text: string) => void] {
  const key = `${account}/${id}/${chat}`
  const [text, setText] = useState(() => drafts.get(key) ?? '')
  const keep = (next: string): void => {
    if (next === '') drafts.delete(key)
    else drafts.set(key, next)
    setText(next)
  }
  return [text, keep]
}
