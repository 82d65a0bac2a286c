import { Tabs } from '@mantine/core'
import { Suspense, type ReactNode } from 'react'
import { Outlet, useLocation, useNavigate, useParams } from 'react-router'
import { LoadingPage } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'

const TABS = ['overview', 'settings', 'access', 'history', 'queues', 'notifications', 'chat', 'try'] as const

/** What stands above every page of one instance. */
export default function InstanceLayout(): ReactNode {
  const words = useWords('instance')
  const { account = '', id = '' } = useParams()
  const navigate = useNavigate()
  const tab = useLocation().pathname.split('/').at(-1) ?? 'overview'
  const base = `/a/${encodeURIComponent(account)}/instances/${encodeURIComponent(id)}`
  return (
    <>
      <Tabs value={tab} onChange={(next) => void navigate(`${base}/${next ?? 'overview'}`)} mb="md">
        <Tabs.List>
          {TABS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {words.tabs[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <Suspense fallback={<LoadingPage />}>
        <Outlet />
      </Suspense>
    </>
  )
}
