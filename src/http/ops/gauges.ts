import { Counter, Gauge, type Registry } from 'prom-client'
import type { Measure } from '../../drivers/driver.ts'
import type { Instance } from '../../instances/instance.ts'
import type { Instances } from '../../instances/instances.ts'

/**
 * What is measured by looking at the moment that somebody asks: nothing is counted for it in between. Of several nodes each tells of its own
 * instances, so that sums over all nodes count each once.
 */
export function registerGauges(registry: Registry, all: Pick<Instances, 'all' | 'measures'>, isAlone: boolean): void {
  const instances = isAlone ? all : { all: () => here(all) }
  registry.registerMetric(
    new Gauge({
      name: 'jadegate_instances',
      help: 'Instances of this server that are not deleted, by messenger, state, and why they stand still (held: no, accountSuspended, expired).',
      labelNames: ['messenger', 'state', 'held'],
      registers: [],
      collect() {
        this.reset()
        for (const instance of instances.all()) {
          const { messenger, state, deletedAt } = instance
          if (deletedAt === null) this.inc({ messenger, state, held: heldBy(instance) })
        }
      },
    }),
  )
  registry.registerMetric(
    queueGauge(
      'jadegate_messages_queued',
      'Messages that wait in the queues of all instances, by why these stand still.',
      instances,
      (instance) => instance.queued,
    ),
  )
  registry.registerMetric(
    queueGauge(
      'jadegate_notifications_queued',
      'Notifications that wait for delivery or to be fetched, of all instances, by why these stand still.',
      instances,
      (instance) => instance.notifications,
    ),
  )
  registerMeasures(registry, () => all.measures())
  registerProcess(registry)
}

function* here(instances: Pick<Instances, 'all'>): Iterable<Instance> {
  for (const instance of instances.all()) if (instance.isHere) yield instance
}

/** What drivers tell of themselves. */
function registerMeasures(registry: Registry, measures: () => readonly Measure[]): void {
  for (const { name, help, kind, label } of measures()) {
    const now = () => measures().find((measure) => measure.name === name)?.values ?? new Map<string, number>()
    const shape = { name, help, labelNames: label === null ? [] : [label], registers: [] }
    const labelled = (value: string) => (label === null ? {} : { [label]: value })
    registry.registerMetric(
      kind === 'gauge'
        ? new Gauge({
            ...shape,
            collect() {
              this.reset()
              for (const [value, count] of now()) this.set(labelled(value), count)
            },
          })
        : new Counter({
            ...shape,
            collect() {
              this.reset()
              for (const [value, count] of now()) this.inc(labelled(value), count)
            },
          }),
    )
  }
}

/** What stands still on purpose is apart: it neither moves nor is anybody to be woken for it. */
function queueGauge(
  name: string,
  help: string,
  instances: { all(): Iterable<Instance> },
  size: (instance: Instance) => number,
): Gauge<'held'> {
  return new Gauge({
    name,
    help,
    labelNames: ['held'],
    registers: [],
    collect() {
      this.reset()
      this.set({ held: MOVES }, 0)
      for (const instance of instances.all()) {
        const waiting = size(instance)
        if (waiting > 0) this.inc({ held: heldBy(instance) }, waiting)
      }
    },
  })
}

const MOVES = 'no'

function heldBy({ held }: Instance): string {
  return held?.fault ?? MOVES
}

function registerProcess(registry: Registry): void {
  registry.registerMetric(
    new Gauge({
      name: 'jadegate_process_resident_bytes',
      help: 'Memory of the process that is in RAM.',
      registers: [],
      collect() {
        this.set(process.memoryUsage.rss())
      },
    }),
  )
  registry.registerMetric(
    new Gauge({
      name: 'jadegate_process_cpu_seconds_total',
      help: 'CPU time that the process has used.',
      registers: [],
      collect() {
        const { user, system } = process.cpuUsage()
        this.set((user + system) / 1e6)
      },
    }),
  )
  registry.registerMetric(
    new Gauge({
      name: 'jadegate_process_uptime_seconds',
      help: 'Age of the process.',
      registers: [],
      collect() {
        this.set(process.uptime())
      },
    }),
  )
}
