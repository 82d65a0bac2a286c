import { Anchor, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Suspense, useEffect, useRef, type ReactNode } from 'react'
import { Link, NavLink, Outlet, useLocation } from 'react-router'
import { useInstanceEvents } from '../../api/instance-events.ts'
import { instanceQuery, type Instance } from '../../api/instances.ts'
import { StateMark } from '../../parts/instances/state-mark.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { LoadingPage } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { useHere, useMayChange } from './here.ts'
import classes from './layout.module.css'

/** The pages of an instance, and those that only look at it are without. */
const TABS = ['overview', 'settings', 'access', 'history', 'queues', 'notifications', 'chat', 'try'] as const
const LOOKING: ReadonlySet<string> = new Set(['overview', 'settings', 'history'])

/** What stands above every page of one instance. */
export default function InstanceLayout(): ReactNode {
  const { account, id } = useHere()
  const query = useQuery(instanceQuery(account, id))
  useInstanceEvents(account)
  return (
    <>
      <BackLink account={account} />
      <QueryView query={query} loading={<LoadingPage />}>
        {(instance) => (
          <>
            <Head instance={instance} />
            <Tabs account={account} instance={instance} />
            <Suspense fallback={<LoadingPage />}>
              <Outlet />
            </Suspense>
          </>
        )}
      </QueryView>
    </>
  )
}

function BackLink({ account }: { readonly account: string }): ReactNode {
  const words = useWords('instances')
  return (
    <Anchor component={Link} to={`/a/${encodeURIComponent(account)}/instances`} size="sm">
      ← {words.title}
    </Anchor>
  )
}

function Head({ instance }: { readonly instance: Instance }): ReactNode {
  const words = useWords('instances')
  const { name, idInstance, phone } = instance
  return (
    <Group gap="md" my="xs" align="baseline">
      <Text fw={600} size="lg" className={classes['name'] ?? ''}>
        {name === '' ? words.unnamed : name}
      </Text>
      <Text c="dimmed">{idInstance}</Text>
      <StateMark instance={instance} />
      {phone !== null && <Text>+{phone}</Text>}
    </Group>
  )
}

/** Brings it into the middle of the bar; the page itself stays where it is. */
function showOpenTab(bar: HTMLElement): void {
  const tab = bar.querySelector('[aria-current=page]')?.getBoundingClientRect()
  const { left, width } = bar.getBoundingClientRect()
  if (tab !== undefined) bar.scrollLeft += tab.left + tab.width / 2 - (left + width / 2)
}

/** Links, so that each page can be opened beside the others. */
function Tabs({ account, instance }: { readonly account: string; readonly instance: Instance }): ReactNode {
  const words = useWords('instance')
  const mayChange = useMayChange()
  const { idInstance, timeDeleted } = instance
  const isLooking = !mayChange || timeDeleted !== null
  const bar = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  // On a phone they do not all fit: the one that is open must be among those that are seen.
  useEffect(() => {
    const { current } = bar
    if (current === null) return undefined
    // It tells the first width too, and each that comes of turning the phone, or of making the window narrow.
    const watched = new ResizeObserver(() => showOpenTab(current))
    watched.observe(current)
    return () => watched.disconnect()
  }, [pathname])
  return (
    <nav ref={bar} aria-label={words.title} className={classes['tabs']}>
      {TABS.filter((tab) => !isLooking || LOOKING.has(tab)).map((tab) => (
        <NavLink
          key={tab}
          to={`/a/${encodeURIComponent(account)}/instances/${idInstance}/${tab}`}
          className={classes['tab'] ?? ''}
        >
          {words.tabs[tab]}
        </NavLink>
      ))}
    </nav>
  )
}
