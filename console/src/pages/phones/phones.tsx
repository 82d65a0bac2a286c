import { Accordion, Card, Text, Title } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useMe } from '../../api/me.ts'
import { PageHead } from '../../parts/page-head.tsx'
import { Empty } from '../../parts/states.tsx'
import { hasPhones } from '../../shell/navigation.ts'
import { useLanguage } from '../../words/language.ts'
import { useWords } from '../../words/words.ts'
import { LinkForm } from './link-form.tsx'
import classes from './phones.module.css'
import { PhoneFrame, type Phone } from './phone-frame.tsx'

/** Phones of the simulated network: linked to instances without a camera, and used like a person's. */
export default function Page(): ReactNode {
  const words = useWords('phones')
  const me = useMe()
  const language = useLanguage()
  const [phone, setPhone] = useState<Phone | null>(null)
  if (!hasPhones(me)) {
    return (
      <>
        <PageHead title={words.title} />
        <Empty title={words.none}>{words.noneText}</Empty>
      </>
    )
  }
  return (
    <>
      <PageHead title={words.title} description={words.about} />
      <div className={classes['page']}>
        <Card withBorder component="section" aria-label={words.link} className={classes['link'] ?? ''}>
          <Title order={2} size="h4" mb="xs">
            {words.link}
          </Title>
          <LinkForm onLinked={setPhone} />
        </Card>
        <div className={classes['phone']}>
          <PhoneFrame key={`${language}/${phone?.number ?? ''}/${phone?.linkedAt ?? 0}`} phone={phone} />
        </div>
        <Troubles />
      </div>
    </>
  )
}

/** What the phone can make go wrong, and what that is good for. */
function Troubles(): ReactNode {
  const words = useWords('phones')
  return (
    <Card withBorder component="section" aria-label={words.troubles} className={classes['troubles'] ?? ''}>
      <Title order={2} size="h4" mb="xs">
        {words.troubles}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {words.troublesAbout}
      </Text>
      <Accordion chevronPosition="left">
        {words.troubleList.map(({ name, about }, index) => (
          <Accordion.Item key={index} value={String(index)}>
            <Accordion.Control>{name}</Accordion.Control>
            <Accordion.Panel>
              <Text size="sm">{about}</Text>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Card>
  )
}
