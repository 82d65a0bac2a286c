import '../style/shell.css'
import { AppShell, Burger, Group } from '@mantine/core'
import { useDisclosure, useReducedMotion } from '@mantine/hooks'
import { Suspense, useEffect, useRef, type ReactNode } from 'react'
import { Link, Outlet, ScrollRestoration, useLocation, useNavigation } from 'react-router'
import { useMe } from '../api/me.ts'
import { ErrorBoundary } from '../parts/error-boundary.tsx'
import { LoadingPage, Notice } from '../parts/states.tsx'
import { isLanguage, setLanguage } from '../words/language.ts'
import { preloadLanguage, useWords } from '../words/words.ts'
import { keepAccount, useAccount, useAccountId } from './account.ts'
import { AccountSwitch } from './account-switch.tsx'
import { Brand } from './brand.tsx'
import { PersonMenu } from './person-menu.tsx'
import { Sections } from './sections.tsx'
import classes from './shell.module.css'

/** What stands around every page behind the sign-in. */
export default function Shell(): ReactNode {
  return (
    <ErrorBoundary resetKey="shell">
      <Suspense fallback={<LoadingPage />}>
        <Frame />
      </Suspense>
    </ErrorBoundary>
  )
}

function Frame(): ReactNode {
  const words = useWords('shell')
  const [isOpen, { toggle, close }] = useDisclosure(false)
  const { pathname } = useLocation()
  const isStill = useReducedMotion()
  useOwnLanguage()
  useKeptAccount()
  useFocusOnNewPage(pathname)
  useEffect(close, [pathname, close])
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 248, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
      transitionDuration={isStill ? 0 : 200}
    >
      <a href="#page" className={classes['skip']}>
        {words.skip}
      </a>
      <Header isOpen={isOpen} onToggle={toggle} />
      <AppShell.Navbar id="sections" className={classes['navbar']} aria-label={words.navigation}>
        <AccountSwitch />
        <Sections />
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1} className={classes['main']}>
        <div className={classes['content']}>
          <SuspendedNotice />
          <ErrorBoundary resetKey={pathname}>
            <Suspense fallback={<LoadingPage />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </div>
      </AppShell.Main>
      <ScrollRestoration />
    </AppShell>
  )
}

function Header({ isOpen, onToggle }: { readonly isOpen: boolean; readonly onToggle: () => void }): ReactNode {
  const words = useWords('shell')
  const isBusy = useNavigation().state !== 'idle'
  return (
    <AppShell.Header className={classes['header']}>
      <Group gap="sm" wrap="nowrap">
        <Burger
          opened={isOpen}
          onClick={onToggle}
          hiddenFrom="sm"
          size="sm"
          aria-expanded={isOpen}
          aria-controls="sections"
          aria-label={isOpen ? words.closeNavigation : words.openNavigation}
        />
        <Link to="/" className={classes['brand']}>
          <Brand />
        </Link>
      </Group>
      <PersonMenu />
      <div className={classes['progress']} data-busy={isBusy} aria-hidden="true" />
    </AppShell.Header>
  )
}

function SuspendedNotice(): ReactNode {
  const words = useWords('shell')
  const here = useAccountId()
  const current = useAccount()
  if (here === null || current?.account.suspended !== true) return null
  return (
    <div className={classes['notice']}>
      <Notice color="orange" title={words.suspended}>
        {words.suspendedText}
      </Notice>
    </div>
  )
}

/** The language that the person chose, on whatever machine. */
function useOwnLanguage(): void {
  const { language } = useMe().person
  useEffect(() => {
    if (isLanguage(language)) void preloadLanguage(language).then(() => setLanguage(language))
  }, [language])
}

function useKeptAccount(): void {
  const here = useAccountId()
  useEffect(() => {
    if (here !== null) keepAccount(here)
  }, [here])
}

/** A screen reader begins to read a new page at its heading, not at the link that led there. */
function useFocusOnNewPage(pathname: string): void {
  const before = useRef(pathname)
  useEffect(() => {
    if (before.current === pathname) return
    before.current = pathname
    const heading = document.getElementById('page-title') ?? document.getElementById('page')
    heading?.focus({ preventScroll: true })
  }, [pathname])
}
