import type { ReactNode } from 'react'
import type { Instance, InstanceState } from '../../api/instances.ts'
import type { Words } from '../../words/dictionaries.ts'
import { useWords } from '../../words/words.ts'
import classes from './state-mark.module.css'

type Tone = 'good' | 'wait' | 'bad' | 'none'

const TONES: Readonly<Record<InstanceState, Tone>> = {
  notAuthorized: 'none',
  pendingCode: 'wait',
  pendingPassword: 'wait',
  starting: 'wait',
  authorized: 'good',
  blocked: 'bad',
  suspended: 'wait',
}

type Shown = Pick<Instance, 'state' | 'held' | 'isOnline' | 'timeDeleted'>

/** The state of an instance in a few words; the dot only repeats them. */
export function StateMark({ instance }: { readonly instance: Shown }): ReactNode {
  const words = useWords('instances')
  return (
    <span className={classes['mark']}>
      <span className={classes['dot']} data-tone={toneOf(instance)} aria-hidden="true" />
      <span>{stateText(instance, words)}</span>
    </span>
  )
}

function toneOf({ state, held, isOnline, timeDeleted }: Shown): Tone {
  if (timeDeleted !== null) return 'none'
  if (held !== null) return 'bad'
  return state === 'authorized' && isOnline === false ? 'wait' : TONES[state]
}

function stateText({ state, held, isOnline, timeDeleted }: Shown, words: Words<'instances'>): string {
  if (timeDeleted !== null) return words.deleted
  if (held !== null) return words.held[held]
  return state === 'authorized' && isOnline === false ? words.offline : words.states[state]
}
