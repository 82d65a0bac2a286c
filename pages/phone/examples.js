/** What each kind looks like that is sent as JSON, filled in for the phone that sends it. */
export const EXAMPLES = {
  buttons: () => ({
    body: 'Deliver it today?',
    footer: 'Jade shop',
    buttons: [{ text: 'Yes' }, { text: 'No' }, { text: 'Our site', action: 'url', value: 'https://example.com' }],
  }),
  list: () => ({
    title: 'Menu',
    body: 'What shall it be?',
    buttonText: 'Choose',
    sections: [{ title: 'Tea', rows: [{ title: 'Green', description: 'Without sugar' }, { title: 'Black' }] }],
  }),
  groupInvite: ({ groups }) => {
    const [group] = groups
    const code = group?.inviteLink.replace(/^.*\/\+?/, '') ?? 'code'
    return {
      group: group?.group ?? '120363000000000001@g.us',
      groupName: group?.subject ?? 'Group',
      code,
      caption: 'Join us',
    }
  },
  product: () => ({
    productId: '1',
    title: 'Jade bowl',
    description: 'Carved by hand',
    currency: 'RUB',
    price: '1990',
  }),
  order: ({ me }) => ({
    orderId: '1001',
    seller: me.phone,
    title: 'Jade bowl',
    itemCount: 2,
    currency: 'RUB',
    total: '398000',
  }),
  unreadable: () => ({ why: 'undecrypted' }),
}
