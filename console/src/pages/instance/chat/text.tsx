import type { ReactNode } from 'react'
import classes from './text.module.css'
import { webUrl } from './file-link.ts'

const LINK = /(https?:\/\/[^\s<>"'`]+)/gi
/** Punctuation behind an address is the sentence's, not the address's. */
const TAIL = /[).,!?:;\]}»”]+$/

/** What somebody wrote: text and nothing else, but for addresses of the web, which become links. */
export function SaidText({ text }: { readonly text: string }): ReactNode {
  return (
    <span className={classes['said']} dir="auto">
      {text.split(LINK).map((part, index) => (index % 2 === 0 ? part : <Link key={index} text={part} />))}
    </span>
  )
}

function Link({ text }: { readonly text: string }): ReactNode {
  const tail = TAIL.exec(text)?.[0] ?? ''
  const address = text.slice(0, text.length - tail.length)
  const url = webUrl(address)
  if (url === null) return text
  return (
    <>
      <a href={url.href} target="_blank" rel="noopener noreferrer" className={classes['link']}>
        {address}
      </a>
      {tail}
    </>
  )
}
