import { useState, type ReactNode } from 'react'
import classes from './day-bars.module.css'

export interface DayBar {
  readonly key: string
  /** Below the axis. */
  readonly name: string
  readonly value: number
  /** The name and the value, as they are told of one bar. */
  readonly told: string
}

interface DayBarsProps {
  readonly title: string
  readonly bars: readonly DayBar[]
  /** What the highest bar comes to. */
  readonly top: string
  /** Told while no bar is pointed at. */
  readonly summary: string
}

/**
 * Bars side by side. A picture for the eye alone: whoever shows it gives the same figures as a table too. What is pointed at is told in a
 * line that always has its place.
 */
export function DayBars({ title, bars, top, summary }: DayBarsProps): ReactNode {
  const [pointed, setPointed] = useState<string | null>(null)
  const most = Math.max(1, ...bars.map(({ value }) => value))
  const told = bars.find(({ key }) => key === pointed)?.told ?? summary
  return (
    <figure className={classes['figure']} aria-hidden="true">
      <figcaption className={classes['caption']}>
        <span className={classes['title']}>{title}</span>
        <span>{told}</span>
      </figcaption>
      <div className={classes['plot']} onPointerLeave={() => setPointed(null)}>
        <span className={classes['top']}>{top}</span>
        {bars.map(({ key, value }) => (
          <div
            key={key}
            className={classes['slot']}
            data-pointed={key === pointed}
            onPointerEnter={() => setPointed(key)}
          >
            <div className={classes['bar']} style={{ height: `${(value / most) * 100}%` }} data-empty={value <= 0} />
          </div>
        ))}
      </div>
      <div className={classes['axis']}>
        <span>{bars[0]?.name}</span>
        <span>{bars.at(-1)?.name}</span>
      </div>
    </figure>
  )
}
