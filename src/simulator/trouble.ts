import type { AskFault } from './asks.ts'

/** Why something that was asked of the network is not done. */
export class Trouble {
  readonly fault: AskFault
  readonly message: string

  constructor(fault: AskFault, message: string) {
    this.fault = fault
    this.message = message
  }
}
