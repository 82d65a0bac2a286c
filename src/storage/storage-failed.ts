/** The database failed; nothing of what was asked is stored. Holds no value of any row. */
export class StorageFailed extends Error {
  override readonly name = 'StorageFailed'
}
