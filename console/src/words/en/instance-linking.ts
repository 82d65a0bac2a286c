/** Texts of linking a phone that only the console has; those that it shares with the public page are below `src/browser/`. */
export const linking = {
  linkTitle: 'Link a phone',
  linkHeld: 'No phone can be linked while the instance stands still.',
  linkBlocked: 'The messenger has blocked this account. Log out to link another phone.',
  linkedText: 'The instance can send and receive now.',
  byQr: 'By QR code',
  byPhone: 'By phone number',
  showQr: 'Show the QR code',
  copyCode: 'Copy the code',
  otherWay: 'Begin again',
  virtual: 'Virtual phone',
  virtualText: 'This messenger is simulated here: a virtual phone can scan the code.',
  virtualNumber: 'Its number',
  linkVirtual: 'Link a virtual phone',
  confirmVirtual: 'Confirm the passkey on it',
  toPhones: 'To the virtual phones',
}
