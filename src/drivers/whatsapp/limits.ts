/** What the operator lets an account do, so that it is not taken for a machine. */
export interface Limits {
  /** People who are written to for the first time in a day; 0: as many as one likes. */
  readonly firstContactsPerDay: number
  /** Numbers that are looked up in a day; 0: as many as one likes. */
  readonly checksPerDay: number
  /** Buttons go out as such, as against lines of text, which every client shows. */
  readonly sendsButtons: boolean
}
