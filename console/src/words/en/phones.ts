export const words = {
  title: 'Virtual phones',
  about: 'Phones of the simulated messengers: link one to an instance, write to it and answer as a person would.',
  none: 'No virtual phones here',
  noneText: 'They are there where a messenger is simulated, for owners and developers of accounts.',
  link: 'Link a phone without a camera',
  account: 'Account',
  noAccount: 'You are owner or developer of no account: open a phone on this page and paste the text of a QR there.',
  instance: 'Instance that waits for a phone',
  noInstances: 'No instance of this account waits for a phone. Create one, or log one out.',
  number: 'Number of the phone',
  numberAbout: 'Any number with 7 to 16 digits: 79001234567.',
  scan: 'Scan the QR with this phone',
  noQr: 'The instance shows no QR now.',
  linked: (phone: string) => `+${phone} is linked, and is open on this page.`,
  asked: 'The phone asks for one thing more: it is open on this page.',
  frame: 'Virtual phone',
  troubles: 'What can go wrong',
  troublesAbout:
    'The lightning button of a phone causes trouble on purpose, so that you see what your program does then.',
  troubleList: [
    {
      name: 'Drop or refuse connections',
      about:
        'The instance goes offline and comes back by itself. Messages wait in the queue meanwhile; nothing is lost, and nothing is sent twice.',
    },
    {
      name: 'Late or lost answers to sends',
      about:
        'The messenger took the message, but says so late or not at all. The message stays “pending” until a receipt tells; it is never sent again blindly.',
    },
    {
      name: 'Refuse a send, not in group',
      about: 'The message ends as “failed” or “notInGroup”, and your webhook hears of it by outgoingMessageStatus.',
    },
    {
      name: 'No receipts, late receipts',
      about:
        'The message stays “sent”, as with a phone that is switched off. It becomes “delivered” and “read” when the receipts come.',
    },
    {
      name: 'The same event twice',
      about: 'Networks repeat themselves. The instance recognises the message by its id and tells your program once.',
    },
    {
      name: 'Suspend or block the account',
      about:
        'Suspended: nothing may be sent for a while, and the queue waits. Blocked: the instance is shut out until somebody links it again.',
    },
  ],
}
