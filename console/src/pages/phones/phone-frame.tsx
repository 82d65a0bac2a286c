import type { ReactNode } from 'react'
import { addressOf, withQuery } from '../../api/client.ts'
import { language } from '../../words/language.ts'
import { useWords } from '../../words/words.ts'
import classes from './phone-frame.module.css'

export interface Phone {
  readonly number: string
  readonly messenger: string
  /** Another linking shows it anew. */
  readonly linkedAt: number
}

/** Where the page of a phone looks for its language. */
const LANGUAGE_KEY = 'jadegate-phone-language'

/** The page of a virtual phone, as the simulated network serves it, in a frame. */
export function PhoneFrame({ phone }: { readonly phone: Phone | null }): ReactNode {
  const words = useWords('phones')
  speakAsConsole()
  const of = phone === null ? {} : { phone: phone.number, messenger: phone.messenger }
  return <iframe className={classes['frame']} title={words.frame} src={addressOf(withQuery('/simulator/phone', of))} />
}

/** Before the frame is loaded; another language of the console loads it anew. */
function speakAsConsole(): void {
  try {
    localStorage.setItem(LANGUAGE_KEY, language())
  } catch {
    // The phone speaks the browser's language.
  }
}
