import { Gauge, type Registry } from 'prom-client'
import type { Instances } from '../../instances/instances.ts'

/** What is measured by looking at the moment that somebody asks: nothing is counted for it in between. */
export function registerGauges(registry: Registry, instances: Instances): void {
  registry.registerMetric(
    new Gauge({
      name: 'jadegate_instances',
      help: 'Instances that are not deleted, by messenger and state.',
      labelNames: ['messenger', 'state'],
      registers: [],
      collect() {
        this.reset()
        for (const instance of instances.all()) {
          if (instance.deletedAt === null) this.inc({ messenger: instance.messenger, state: instance.state })
        }
      },
    }),
  )
  registry.registerMetric(
    new Gauge({
      name: 'jadegate_messages_queued',
      help: 'Messages that wait in the queues of all instances.',
      registers: [],
      collect() {
        this.set(total(instances, (instance) => instance.queued))
      },
    }),
  )
  registry.registerMetric(
    new Gauge({
      name: 'jadegate_notifications_queued',
      help: 'Notifications that wait for delivery or to be fetched, of all instances.',
      registers: [],
      collect() {
        this.set(total(instances, (instance) => instance.notifications))
      },
    }),
  )
  registerProcess(registry)
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

function total(
  instances: Instances,
  size: (instance: ReturnType<Instances['all']> extends Iterable<infer I> ? I : never) => number,
): number {
  let sum = 0
  for (const instance of instances.all()) sum += size(instance)
  return sum
}
