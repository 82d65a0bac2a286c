import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Suspense, type ReactNode } from 'react'
import { createBrowserRouter } from 'react-router'
import { RouterProvider } from 'react-router/dom'
import { asFault } from './api/fault.ts'
import { CONSOLE } from './api/session.ts'
import { LoadingPage } from './parts/states.tsx'
import { routes } from './routes.tsx'
import { colorScheme } from './shell/color-scheme.ts'
import { nonce } from './style/nonce.ts'
import { cssVariables, theme } from './style/theme.ts'

const FRESH_MS = 10_000
const RETRIES = 2

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // What the server refused it refuses again; only silence and its own trouble are worth another try.
      retry: (failures, error) => failures < RETRIES && asFault(error).isUncertain,
    },
  },
})

const router = createBrowserRouter(routes, { basename: CONSOLE })

export function App(): ReactNode {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colorScheme}
      defaultColorScheme="auto"
      getStyleNonce={nonce}
    >
      <QueryClientProvider client={client}>
        <Suspense fallback={<LoadingPage />}>
          <RouterProvider router={router} />
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>
  )
}
