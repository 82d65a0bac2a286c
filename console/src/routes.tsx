import type { ComponentType } from 'react'
import { Navigate, type RouteObject } from 'react-router'
import { LoadingPage } from './parts/states.tsx'
import type { Area } from './words/dictionaries.ts'
import { preloadWords } from './words/words.ts'

type PageModule = Promise<{ readonly default: ComponentType }>

/** A page whose code and texts are fetched, at the same time, when somebody goes there. */
function page(path: string, areas: readonly Area[], load: () => PageModule): RouteObject {
  return { path, lazy: lazily(areas, load) }
}

function lazily(areas: readonly Area[], load: () => PageModule): () => Promise<{ Component: ComponentType }> {
  return async () => {
    const [module] = await Promise.all([load(), preloadWords(['common', ...areas])])
    return { Component: module.default }
  }
}

/** The pages of one instance stand beside each other as tabs. */
const instance: RouteObject = {
  path: 'a/:account/instances/:id',
  lazy: lazily(['instance', 'instances'], () => import('./pages/instance/layout.tsx')),
  children: [
    { index: true, element: <Navigate to="overview" replace /> },
    page('overview', ['instance'], () => import('./pages/instance/overview.tsx')),
    page('settings', ['instance'], () => import('./pages/instance/settings.tsx')),
    page('access', ['instance'], () => import('./pages/instance/access.tsx')),
    page('history', ['instance'], () => import('./pages/instance/history.tsx')),
    page('queues', ['queues'], () => import('./pages/instance/queues.tsx')),
    page('notifications', ['notifications'], () => import('./pages/instance/notifications.tsx')),
    page('chat', ['chat'], () => import('./pages/instance/chat.tsx')),
    page('try', ['try', 'methods'], () => import('./pages/instance/try.tsx')),
  ],
}

const account: readonly RouteObject[] = [
  { path: 'a/:account', element: <Navigate to="instances" replace /> },
  page('a/:account/instances', ['instances'], () => import('./pages/instances/instances.tsx')),
  instance,
  page('a/:account/profile', ['profile', 'terms'], () => import('./pages/profile/profile.tsx')),
  page('a/:account/tokens', ['profile'], () => import('./pages/profile/tokens.tsx')),
  page('a/:account/hook', ['profile'], () => import('./pages/profile/hook.tsx')),
  page('a/:account/brand', ['profile'], () => import('./pages/profile/brand.tsx')),
  page('a/:account/billing', ['billing', 'terms'], () => import('./pages/billing/billing.tsx')),
  page('a/:account/people', ['people'], () => import('./pages/people/people.tsx')),
]

const operator: readonly RouteObject[] = [
  { path: 'operator', element: <Navigate to="accounts" replace /> },
  page('operator/accounts', ['operator'], () => import('./pages/operator/accounts.tsx')),
  page(
    'operator/accounts/:account',
    ['operator', 'billing', 'terms', 'audit'],
    () => import('./pages/operator/account.tsx'),
  ),
  page('operator/tariffs', ['operator'], () => import('./pages/operator/tariffs.tsx')),
  page('operator/people', ['people'], () => import('./pages/people/operator-people.tsx')),
  page('operator/audit', ['operator', 'audit'], () => import('./pages/operator/audit.tsx')),
  page('operator/health', ['operator'], () => import('./pages/operator/health.tsx')),
]

export const routes: RouteObject[] = [
  {
    HydrateFallback: LoadingPage,
    children: [
      page('/sign-in', ['entry'], () => import('./pages/entry/sign-in.tsx')),
      page('/link', ['entry'], () => import('./pages/entry/link.tsx')),
      page('/reset', ['entry'], () => import('./pages/entry/reset.tsx')),
      {
        path: '/',
        lazy: lazily(['shell'], () => import('./shell/shell.tsx')),
        children: [
          { index: true, lazy: lazily(['shell'], () => import('./shell/first-page.tsx')) },
          ...account,
          ...operator,
          page('me', ['me'], () => import('./pages/me/me.tsx')),
          page('phones', ['phones'], () => import('./pages/phones/phones.tsx')),
          page('*', [], () => import('./shell/no-page.tsx')),
        ],
      },
    ],
  },
]
