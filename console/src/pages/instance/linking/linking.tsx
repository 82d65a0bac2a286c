import { Alert, Button, Group, List, SegmentedControl, Stack, Text } from '@mantine/core'
import { useEffect, useRef, type ReactNode } from 'react'
import { useLocation } from 'react-router'
import type { LinkAttempt } from '../../../../../src/browser/linking/attempt.ts'
import {
  hintOf,
  mayTryAgain,
  pictureSource,
  stepsOf,
  TONES,
  type End,
  type LinkView,
  type Way,
} from '../../../../../src/browser/linking/view.ts'
import { useMe } from '../../../api/me.ts'
import { Icon } from '../../../parts/icon.tsx'
import { Section } from '../../../parts/section.tsx'
import { Notice } from '../../../parts/states.tsx'
import { useWords } from '../../../words/words.ts'
import { useInstance } from '../here.ts'
import { AnswerForm } from './answer-form.tsx'
import classes from './linking.module.css'
import { PhoneForm } from './phone-form.tsx'
import { ByToken } from './token-form.tsx'
import { useLinkAttempt } from './use-link-attempt.ts'
import { VirtualPhone } from './virtual-phone.tsx'

/** Links a phone to the instance: by QR or by number, as its messenger has it, with all that it may ask for besides. */
export function Linking(): ReactNode {
  const words = useWords('instance')
  const { simulated } = useMe()
  const { state, typeInstance: messenger, held } = useInstance()
  const { view, attempt } = useLinkAttempt()
  useBegin(attempt)
  const isLinked = state === 'authorized' || state === 'suspended'
  if (attempt === null || (isLinked && !isGood(view))) return null
  if (held !== null) return <Notice color="orange">{words.linkHeld}</Notice>
  if (state === 'blocked') return <Notice color="red">{words.linkBlocked}</Notice>
  return (
    <Section title={words.linkTitle}>
      {view.end === null ? <Steps view={view} attempt={attempt} /> : <Ended end={view.end} attempt={attempt} />}
      {simulated.includes(messenger) && !isLinked && <VirtualPhone view={view} attempt={attempt} />}
      <ByToken />
    </Section>
  )
}

/** Whoever has just made the instance wants to link it: the QR comes by itself, once. */
function useBegin(attempt: LinkAttempt | null): void {
  const location = useLocation()
  const { state } = useInstance()
  const asked: unknown = location.state
  const isAsked = typeof asked === 'object' && asked !== null && Reflect.get(asked, 'link') === true
  const begun = useRef<LinkAttempt | null>(null)
  useEffect(() => {
    if (!isAsked || attempt === null || begun.current === attempt) return
    begun.current = attempt
    // The browser keeps what was asked over a reload, by which time a phone may be linked.
    if (state === 'notAuthorized') attempt.showQr()
  }, [attempt, isAsked, state])
}

interface StepsProps {
  readonly view: LinkView
  readonly attempt: LinkAttempt
}

function Steps({ view, attempt }: StepsProps): ReactNode {
  const words = useWords('instance')
  const { typeInstance: messenger } = useInstance()
  const hasWays = useMe().byPhone.includes(messenger)
  return (
    <>
      {hasWays && view.asked === null && <Ways way={view.way} onWay={(way) => attempt.reset(way)} />}
      <div className={classes['panes']}>
        <List type="ordered" spacing="xs" className={classes['steps'] ?? ''}>
          {stepsOf(view, messenger, words.link).map((step) => (
            <List.Item key={step}>{step}</List.Item>
          ))}
        </List>
        <Stack gap="sm" className={classes['panel'] ?? ''}>
          <Panel view={view} attempt={attempt} />
          <Hint view={view} />
        </Stack>
      </div>
    </>
  )
}

function Ways({ way, onWay }: { readonly way: Way; readonly onWay: (way: Way) => void }): ReactNode {
  const words = useWords('instance')
  return (
    <SegmentedControl
      aria-label={words.linkTitle}
      data={[
        { value: 'qr', label: words.byQr },
        { value: 'phone', label: words.byPhone },
      ]}
      value={way}
      onChange={(next) => onWay(next === 'qr' ? 'qr' : 'phone')}
      className={classes['ways'] ?? ''}
    />
  )
}

function Panel({ view, attempt }: StepsProps): ReactNode {
  const words = useWords('instance')
  if (view.asked === 'passkey') {
    return (
      <Group justify="space-between">
        <div className={classes['waiting']} aria-hidden="true" />
        <Button variant="subtle" onClick={() => attempt.reset()}>
          {words.otherWay}
        </Button>
      </Group>
    )
  }
  if (view.asked !== null) return <AnswerForm asked={view.asked} view={view} attempt={attempt} />
  if (view.way === 'phone') return <PhoneForm view={view} attempt={attempt} />
  return (
    <div className={classes['frame']}>
      {view.picture !== null && (
        <img src={pictureSource(view.picture)} alt={words.link.picture} className={classes['picture']} />
      )}
      {view.picture === null && view.isRunning && <div className={classes['waiting']} aria-hidden="true" />}
      {!view.isRunning && (
        <Button leftSection={<Icon name="link" />} onClick={() => attempt.showQr()}>
          {words.showQr}
        </Button>
      )}
    </div>
  )
}

/** What happens now, read out as it changes. Its place is kept while there may be something to say. */
function Hint({ view }: { readonly view: LinkView }): ReactNode {
  const words = useWords('instance')
  const { text, isTrouble } = hintOf(view, words.link)
  return (
    <Text
      role="status"
      size="sm"
      c={isTrouble ? 'var(--mantine-color-error)' : 'dimmed'}
      {...(view.isRunning && { mih: '2lh' })}
    >
      {/* A wrong number is said at its field. */}
      {view.hint === 'badPhone' ? '' : text}
    </Text>
  )
}

const COLORS = { good: 'jade', wait: 'yellow', bad: 'red' } as const

function isGood({ end }: LinkView): boolean {
  return end !== null && TONES[end] === 'good'
}

function Ended({ end, attempt }: { readonly end: End; readonly attempt: LinkAttempt }): ReactNode {
  const words = useWords('instance')
  const { phone } = useInstance()
  const place = useRef<HTMLDivElement>(null)
  const { title, text } = words.link.ends[end]
  useEffect(() => place.current?.focus(), [])
  return (
    <Alert ref={place} tabIndex={-1} role="status" color={COLORS[TONES[end]]} variant="light" title={title}>
      <Stack gap="sm" align="flex-start">
        {TONES[end] === 'good' && phone !== null && <Text fw={600}>+{phone}</Text>}
        <Text size="sm">{TONES[end] === 'good' ? words.linkedText : text}</Text>
        {mayTryAgain(end) && (
          <Group>
            <Button size="xs" variant="default" onClick={() => attempt.showQr()}>
              {words.link.again}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  )
}
