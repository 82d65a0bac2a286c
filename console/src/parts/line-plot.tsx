import type { ReactNode } from 'react'
import classes from './line-plot.module.css'

interface LinePlotProps {
  readonly title: string
  /** Oldest first, in even steps. */
  readonly values: readonly number[]
  readonly format: (value: number) => string
  /** Said of the picture, after its title: `now …, at most …`. */
  readonly told: string
  /** The ends of the time that it shows. */
  readonly from: string
  readonly to: string
}

const HEIGHT = 100

/** A curve over time with its newest value; the scale begins at zero. */
export function LinePlot({ title, values, format, told, from, to }: LinePlotProps): ReactNode {
  const most = Math.max(0, ...values)
  const newest = values.at(-1)
  return (
    <figure className={classes['figure']}>
      <figcaption className={classes['caption']}>
        <span>{title}</span>
        <strong className={classes['now']}>{newest === undefined ? '–' : format(newest)}</strong>
      </figcaption>
      <div className={classes['plot']} role="img" aria-label={`${title}: ${told}`}>
        <span className={classes['top']}>{format(most)}</span>
        <svg viewBox={`0 0 ${Math.max(1, values.length - 1)} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <polyline points={pointsOf(values, most)} className={classes['line'] ?? ''} />
        </svg>
      </div>
      <div className={classes['axis']} aria-hidden="true">
        <span>{from}</span>
        <span>{to}</span>
      </div>
    </figure>
  )
}

function pointsOf(values: readonly number[], most: number): string {
  const height = (value: number): number => (most === 0 ? HEIGHT : HEIGHT - (value / most) * HEIGHT)
  return values.map((value, step) => `${step},${height(value).toFixed(2)}`).join(' ')
}
