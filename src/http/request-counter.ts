import { Counter, type Registry } from 'prom-client'

/** Counts answers by method and status; cheap enough for every request, and turned into a metric only when one is asked for. */
export class RequestCounter {
  readonly #counts = new Map<string, Map<number, number>>()

  constructor(registry: Registry) {
    const counts = this.#counts
    registry.registerMetric(
      new Counter({
        name: 'jadegate_http_requests_total',
        help: 'Answers to calls of the contract, by method and status; status 500 is a fault of the server.',
        labelNames: ['method', 'status'],
        registers: [],
        collect() {
          this.reset()
          for (const [method, statuses] of counts) {
            for (const [status, count] of statuses) this.inc({ method, status }, count)
          }
        },
      }),
    )
  }

  count(method: string, status: number): void {
    let statuses = this.#counts.get(method)
    if (statuses === undefined) this.#counts.set(method, (statuses = new Map<number, number>()))
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
}
