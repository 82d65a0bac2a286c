/**
 * What keeps a start from going on and whoever runs the program can mend. The message says all there is to know, without a secret; no
 * stack is of use to anybody.
 */
export class OperatorTrouble extends Error {
  override readonly name: string = 'OperatorTrouble'
}
