import type { ReactNode } from 'react'
import { StateMark } from '../../parts/instances/state-mark.tsx'
import { Section } from '../../parts/section.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import classes from './facts.module.css'
import { useInstance } from './here.ts'

/** What there is to know of the instance now. */
export function Facts(): ReactNode {
  const words = useWords('instance')
  const texts = useWords('instances')
  const format = useFormat()
  const instance = useInstance()
  const { phone, wid, expirationDate } = instance
  return (
    <Section title={words.facts}>
      <dl className={classes['facts']}>
        <Fact name={texts.state}>
          <StateMark instance={instance} />
        </Fact>
        <Fact name={texts.phone}>{phone === null ? '—' : `+${phone}`}</Fact>
        {wid !== null && <Fact name={words.linkedAs}>{wid}</Fact>}
        <Fact name={texts.messenger}>{texts.messengers[instance.typeInstance]}</Fact>
        <Fact name={texts.tariff}>{instance.tariff}</Fact>
        {expirationDate !== null && !instance.isPartner && (
          <Fact name={words.paidUntil}>{format.time(expirationDate)}</Fact>
        )}
        <Fact name={words.toSend}>{format.number(instance.queued)}</Fact>
        <Fact name={words.toDeliver}>{format.number(instance.notifications)}</Fact>
        <Fact name={texts.created}>{format.time(instance.timeCreated)}</Fact>
        <Fact name={words.idInstance}>{instance.idInstance}</Fact>
      </dl>
    </Section>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
