/** The database failed; nothing of what was asked is stored. Holds no value of any row. */
export class StorageFailed extends Error {
  override readonly name = 'StorageFailed'
  /** What was asked is at fault: it would fail again. */
  readonly isLasting: boolean

  constructor(message: string, isLasting = false) {
    super(message)
    this.isLasting = isLasting
  }
}
