import type { ReactNode } from 'react'
import { Facts } from '../../parts/facts.tsx'
import { StateMark } from '../../parts/instances/state-mark.tsx'
import { Section } from '../../parts/section.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { useInstance } from './here.ts'

/** What there is to know of the instance now. */
export function InstanceFacts(): ReactNode {
  const words = useWords('instance')
  const texts = useWords('instances')
  const format = useFormat()
  const instance = useInstance()
  const { phone, wid, expirationDate, isPartner } = instance
  const count = (waiting: number | null) => (waiting === null ? '—' : format.number(waiting))
  const paidUntil = isPartner ? null : expirationDate
  return (
    <Section title={words.facts}>
      <Facts
        facts={[
          { name: texts.state, value: <StateMark instance={instance} /> },
          { name: texts.phone, value: phone === null ? '—' : `+${phone}` },
          ...(wid === null ? [] : [{ name: words.linkedAs, value: wid }]),
          { name: texts.messenger, value: texts.messengers[instance.typeInstance] },
          { name: texts.tariff, value: instance.tariff },
          ...(paidUntil === null ? [] : [{ name: words.paidUntil, value: format.time(paidUntil) }]),
          { name: words.toSend, value: count(instance.queued) },
          { name: words.toDeliver, value: count(instance.notifications) },
          { name: texts.created, value: format.time(instance.timeCreated) },
          { name: words.idInstance, value: instance.idInstance },
        ]}
      />
    </Section>
  )
}
