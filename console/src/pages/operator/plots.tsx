import { SimpleGrid } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Signs } from '../../api/health.ts'
import { LinePlot } from '../../parts/line-plot.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'

interface PlotsProps {
  readonly series: readonly Signs[]
  readonly hasWay: boolean
}

/** The last hour of the node as curves; `hasWay`: also how busy the way to a database server is. */
export function Plots({ series, hasWay }: PlotsProps): ReactNode {
  const words = useWords('operator')
  const format = useFormat()
  const first = series[0]?.time
  const from = first === undefined ? '' : format.ago(first)
  const percent = (share: number): string => `${format.number(Math.round(share * 100))} %`
  const seconds = (ms: number): string => words.seconds(format.number(Math.round(ms / 1000)))
  const plot = (title: string, value: (signs: Signs) => number, shown: (value: number) => string): ReactNode => {
    const values = series.map(value)
    const told = words.plotTold(shown(values.at(-1) ?? 0), shown(Math.max(0, ...values)))
    return <LinePlot title={title} values={values} format={shown} told={told} from={from} to={words.now} />
  }
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} mb="lg">
      {plot(words.memory, ({ residentBytes }) => residentBytes, format.bytes)}
      {plot(words.processor, ({ cpu }) => cpu, percent)}
      {plot(words.authorized, ({ authorized }) => authorized, format.number)}
      {plot(words.queued, ({ queued }) => queued, format.number)}
      {plot(words.notifications, ({ notifications }) => notifications, format.number)}
      {plot(words.oldest, ({ oldestMs }) => oldestMs, seconds)}
      {hasWay && plot(words.commits, ({ commits }) => commits, format.number)}
    </SimpleGrid>
  )
}
