import type { linking as english } from '../en/instance-linking.ts'

export const linking: typeof english = {
  linkTitle: 'Подключить телефон',
  linkHeld: 'Пока инстанс стоит, подключить телефон нельзя.',
  linkBlocked: 'Мессенджер заблокировал этот аккаунт. Чтобы подключить другой телефон, отключите этот.',
  linkedText: 'Инстанс может отправлять и получать.',
  byQr: 'По QR-коду',
  byPhone: 'По номеру телефона',
  showQr: 'Показать QR-код',
  copyCode: 'Скопировать код',
  otherWay: 'Начать заново',
  virtual: 'Виртуальный телефон',
  virtualText: 'Этот мессенджер здесь эмулируется: код может отсканировать виртуальный телефон.',
  virtualNumber: 'Его номер',
  linkVirtual: 'Подключить виртуальный',
  confirmVirtual: 'Подтвердить на нём ключ доступа',
  toPhones: 'К виртуальным телефонам',
}
