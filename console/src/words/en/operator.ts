export const words = {
  accounts: 'Accounts',
  account: 'Account',
  tariffs: 'Tariffs',
  people: 'People',
  audit: 'Audit log',
  health: 'Health',
}
