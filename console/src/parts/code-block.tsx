import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'
import classes from './code-block.module.css'

interface CodeBlockProps {
  readonly code: string
  /** What it is, for a screen reader: it can be scrolled with the keyboard, so it needs a name. */
  readonly label: string
  /** How the button that copies it is called. */
  readonly copyLabel: string
}

/** Lines to paste into a terminal or a program. */
export function CodeBlock({ code, label, copyLabel }: CodeBlockProps): ReactNode {
  return (
    <div className={classes['block']}>
      <pre className={classes['code']} tabIndex={0} role="region" aria-label={label}>
        <code>{code}</code>
      </pre>
      <div className={classes['copy']}>
        <CopyButton text={code} label={copyLabel} />
      </div>
    </div>
  )
}
