import { Anchor, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../words/words.ts'

/** Whom to ask, as the operator of the server has set it; null where he has not. */
export function supportContact(): { readonly text: string; readonly url: string } | null {
  // In the page itself and not asked of the API: who cannot sign in needs it most.
  const meta = document.querySelector<HTMLMetaElement>('meta[name="support"]')
  const [text, url] = [meta?.content ?? '', meta?.dataset['url'] ?? '']
  const isSet = (text !== '' || url !== '') && !text.startsWith('__SUPPORT')
  return isSet ? { text, url } : null
}

export function SupportContact(): ReactNode {
  const words = useWords('common')
  const contact = supportContact()
  if (contact === null) return null
  const text = contact.text === '' ? words.support : contact.text
  if (!isWebOrMail(contact.url)) return <Text size="sm">{text}</Text>
  return (
    <Anchor href={contact.url} target="_blank" rel="noreferrer" size="sm">
      {text}
    </Anchor>
  )
}

function isWebOrMail(url: string): boolean {
  return /^(https?:\/\/|mailto:|tel:)/i.test(url)
}
