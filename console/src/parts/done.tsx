import { Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** What was done, beside the button that did it; read out when it appears, and its place is kept while there is nothing to say. */
export function Done({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <Text
      component="span"
      role="status"
      size="sm"
      c="var(--mantine-primary-color-light-color)"
      style={{ minHeight: '1lh' }}
    >
      {children}
    </Text>
  )
}
