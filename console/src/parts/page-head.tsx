import { Group, Text, Title } from '@mantine/core'
import { useEffect, type ReactNode } from 'react'
import classes from './page-head.module.css'

interface PageHeadProps {
  readonly title: string
  readonly description?: ReactNode
  /** Buttons at the right side; below the title on a phone. */
  readonly actions?: ReactNode
}

/** The heading of a page; also what the tab and a screen reader call it. */
export function PageHead({ title, description, actions }: PageHeadProps): ReactNode {
  useTitle(title)
  return (
    <header className={classes['head']}>
      <div className={classes['words']}>
        <Title order={1} size="h2" id="page-title" tabIndex={-1}>
          {title}
        </Title>
        {description !== undefined && (
          <Text c="dimmed" mt={4}>
            {description}
          </Text>
        )}
      </div>
      {actions !== undefined && <Group gap="sm">{actions}</Group>}
    </header>
  )
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Jadegate`
  }, [title])
}
