import type { ReactNode } from 'react'
import classes from './facts.module.css'

interface Fact {
  readonly name: string
  readonly value: ReactNode
}

/** Names and what stands for them. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  return (
    <dl className={classes['facts']}>
      {facts.map(({ name, value }) => (
        <div key={name} className={classes['fact']}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** The same for few figures that are looked at first. */
export function Figures({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  return (
    <dl className={classes['figures']}>
      {facts.map(({ name, value }) => (
        <div key={name} className={classes['figure']}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
