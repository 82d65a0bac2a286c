/** Every text of linking a phone that the public page and the console have in common, and those of the public page. */
export const words = {
  title: { whatsapp: 'Link WhatsApp', v3: 'Link MAX', telegram: 'Link Telegram' },
  /** By what the messenger asks for, else by the way: `code` and `sms` are those of a phone number, a messenger's name is the QR. */
  steps: {
    whatsapp: [
      'Open WhatsApp on the phone',
      'Menu or Settings → Linked devices → Link a device',
      'Point the phone at the code',
    ],
    v3: ['Open MAX on the phone', 'Profile → Devices → Link a device', 'Point the phone at the code'],
    telegram: ['Open Telegram on the phone', 'Settings → Devices → Link desktop device', 'Point the phone at the code'],
    code: [
      'Enter the number of the phone to link',
      'On the phone: Linked devices → Link a device → Link with phone number instead',
      'Type the code that appears here',
    ],
    sms: ['Enter the number of the account', 'The messenger sends a code to its phone', 'Type that code here'],
    smsCode: ['The messenger has sent a code to the phone', 'Type it here'],
    password: ['The phone was recognised', 'The account has a password: type it here'],
    passkey: [
      'The code was scanned',
      'Now the messenger wants the passkey of this account',
      'If the phone asks for it, confirm there; this page goes on by itself',
      'If it does not, the account can’t be linked here for now: whoever runs this service knows more',
    ],
  },
  picture: 'QR code to scan with the phone',
  phone: 'Phone number with country code',
  ask: { code: 'Get a code', sms: 'Send the code' },
  sentCode: 'Code from the messenger',
  password: 'Password of the account',
  give: 'Go on',
  again: 'Try again',
  /** To another way than the one that is shown. */
  instead: {
    code: 'Link with a phone number instead',
    sms: 'Link with a code sent to the phone',
    qr: 'Show the QR code instead',
    otherNumber: 'Another number',
  },
  hints: {
    loading: 'Asking for a code…',
    fresh: 'The code renews itself. Keep this page open: it goes on by itself.',
    offline: 'No answer from the server. Trying again…',
    codeRuns: 'A code for a phone number is still good. The QR appears when its time is over.',
    asking: 'Asking…',
    badPhone: 'The number with its country code, 7 to 15 digits.',
    noCode: 'No code this time. Check the number and try again.',
    typeCode: 'Type this code on the phone. It is good for about two and a half minutes.',
    typeSent: 'The code was sent. It is good for five minutes.',
    typePassword: 'The messenger asks for the password of this account.',
    confirmPasskey: 'Waiting for the phone to confirm…',
    checking: 'Checking…',
    empty: 'Type it first.',
  },
  /** Why the messenger took no number, code or password, by the reasons of the API. */
  reasons: {
    already_registered: 'A phone is linked already.',
    verify_code_wrong: 'This code is wrong. Look again and type it once more.',
    invalid_password: 'This password is wrong. Try again.',
    code_expired: 'The time of this code is over. Ask for another.',
    timeout: 'The messenger has not answered in time. Try again.',
    rate_limit_exceeded: 'Too many attempts. Wait a little.',
    authorization_not_started: 'Nothing waits for this any more. Begin again.',
    invalid_phone_number: 'The messenger has no account at this number, or sends no codes there.',
    connection_error: 'The messenger can’t be reached now. Try again.',
  },
  /** For any other reason. */
  refused: 'The messenger has refused this. Try again.',
  ends: {
    linked: { title: 'The phone is linked', text: 'You may close this page.' },
    alreadyLinked: {
      title: 'A phone is linked already',
      text: 'Nothing more is to be done here. You may close this page.',
    },
    timedOut: { title: 'The time is over', text: 'Nobody has linked a phone, so the code is not shown any more.' },
    failed: { title: 'Linking did not work', text: 'The messenger has ended the attempt. You can begin again.' },
    noPasskey: {
      title: 'The passkey was not confirmed',
      text: 'The messenger links this account only with its passkey. If the phone did not ask for it, another try will end the same.',
    },
    gone: { title: 'This instance was deleted', text: 'Ask whoever sent you the link for a new one.' },
    paused: {
      title: 'This instance is paused',
      text: 'Ask whoever sent you the link; this one is good again when the pause is over.',
    },
    wrongLink: {
      title: 'This link is not valid',
      text: 'It may be cut off or replaced by a newer one. Ask whoever sent it to you.',
    },
  },
}

export type LinkWords = typeof words
