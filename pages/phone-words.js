/** Every text of the page, in both languages. */
const WORDS = {
  en: {
    title: 'Virtual phone',
    lead: 'A simulated messenger account. Link it to an instance, then write to anyone.',
    number: 'Phone number',
    messenger: 'Messenger',
    take: 'Take this phone',
    known: 'Phones that were used',
    badNumber: 'A phone number has 7 to 16 digits.',
    noAccount: 'This number has no account in this messenger. Create one?',
    createAccount: 'Create an account',
    chats: 'Chats',
    devices: 'Linked devices',
    trouble: 'Trouble',
    other: 'Another phone',
    newChat: 'Number to write to',
    open: 'Open chat',
    noChats: 'No chats yet. Link this phone to an instance, or write to a number.',
    linkDevice: 'Link a device',
    chooseChat: 'Choose a chat on the left, or type a number to begin one.',
    messages: 'Messages',
    back: 'Back to chats',
    write: 'Message',
    send: 'Send',
    reply: 'Reply',
    noQuote: 'Do not quote',
    you: 'You',
    close: 'Close',
    noDevices: 'No device is linked to this phone.',
    linkHow: 'Drop the picture of the QR here, or paste its text or the eight characters of a code.',
    drop: 'Drop, paste or choose the picture of a QR',
    qrText: 'Text of the QR, or code',
    qrHint: 'JADEGATE-SIM:… or ABCD1234',
    link: 'Link',
    linking: 'Linking…',
    linked: 'Linked as',
    unreadable: 'This picture could not be read.',
    needLink: 'Give a picture, the text of a QR, or a code.',
    unlink: 'Unlink',
    connected: 'connected',
    away: 'not connected',
    unconfirmed: 'not confirmed yet',
    troubleHow: 'What this phone does, and what goes wrong between it and its linked devices.',
    online: 'Online: receives messages',
    autoRead: 'Reads messages at once',
    toDevices: 'Make it go wrong',
    dropConnections: 'Drop the connection',
    refuseConnections: 'Refuse connections for 30\u00a0s',
    delayVerdicts: 'Answer sends 5\u00a0s late',
    loseVerdicts: 'Lose the next answer',
    failSends: 'Refuse the next send',
    notInGroup: 'Next send: not in group',
    noReceipts: 'No receipts',
    delayReceipts: 'Receipts 5\u00a0s late',
    duplicatePushes: 'Send the next event twice',
    suspend: 'Suspend the account',
    block: 'Block the account',
    inForce: 'In force',
    noFaults: 'Nothing: all is well.',
    lift: 'Lift everything on this phone',
    until: 'until',
    times: 'left:',
    suspended: 'This account is suspended: its devices may not send.',
    blocked: 'This account is blocked: its devices are shut out.',
    live: 'live',
    lost: 'connection lost, trying again…',
    typing: 'typing…',
    sent: 'sent',
    delivered: 'delivered',
    read: 'read',
    today: 'Today',
    yesterday: 'Yesterday',
    failed: 'This did not work. Is the server running?',
    refused: 'This page answers only on the machine that runs the server, or with the operator token.',
    language: 'Русский',
  },
  ru: {
    title: 'Виртуальный телефон',
    lead: 'Учётная запись симулятора. Привяжите её к инстансу и пишите кому угодно.',
    number: 'Номер телефона',
    messenger: 'Мессенджер',
    take: 'Взять этот телефон',
    known: 'Телефоны, которые уже были',
    badNumber: 'В номере от 7 до 16 цифр.',
    noAccount: 'У этого номера нет аккаунта в этом мессенджере. Создать?',
    createAccount: 'Создать аккаунт',
    chats: 'Чаты',
    devices: 'Связанные устройства',
    trouble: 'Неполадки',
    other: 'Другой телефон',
    newChat: 'Кому написать: номер',
    open: 'Открыть чат',
    noChats: 'Чатов пока нет. Привяжите телефон к инстансу или напишите на какой-нибудь номер.',
    linkDevice: 'Привязать устройство',
    chooseChat: 'Выберите чат слева или введите номер, чтобы начать новый.',
    messages: 'Сообщения',
    back: 'К списку чатов',
    write: 'Сообщение',
    send: 'Отправить',
    reply: 'Ответить',
    noQuote: 'Не цитировать',
    you: 'Вы',
    close: 'Закрыть',
    noDevices: 'К этому телефону ничего не привязано.',
    linkHow: 'Перетащите сюда картинку с QR или вставьте его текст либо восемь знаков кода.',
    drop: 'Перетащите, вставьте или выберите картинку с QR',
    qrText: 'Текст QR или код',
    qrHint: 'JADEGATE-SIM:… или ABCD1234',
    link: 'Привязать',
    linking: 'Привязываем…',
    linked: 'Привязано как',
    unreadable: 'Картинку не удалось прочесть.',
    needLink: 'Нужна картинка, текст QR или код.',
    unlink: 'Отвязать',
    connected: 'на связи',
    away: 'не на связи',
    unconfirmed: 'ещё не подтверждено',
    troubleHow: 'Как ведёт себя телефон и что ломается между ним и связанными устройствами.',
    online: 'В сети: получает сообщения',
    autoRead: 'Сразу читает сообщения',
    toDevices: 'Сломать',
    dropConnections: 'Оборвать соединение',
    refuseConnections: 'Не пускать 30\u00a0с',
    delayVerdicts: 'Отвечать на отправку через 5\u00a0с',
    loseVerdicts: 'Потерять следующий ответ',
    failSends: 'Отклонить следующую отправку',
    notInGroup: 'Следующая отправка: не в группе',
    noReceipts: 'Без отметок о доставке',
    delayReceipts: 'Отметки через 5\u00a0с',
    duplicatePushes: 'Следующее событие — дважды',
    suspend: 'Приостановить аккаунт',
    block: 'Заблокировать аккаунт',
    inForce: 'Действует',
    noFaults: 'Ничего: всё исправно.',
    lift: 'Убрать все неполадки этого телефона',
    until: 'до',
    times: 'осталось:',
    suspended: 'Аккаунт приостановлен: его устройства не могут отправлять.',
    blocked: 'Аккаунт заблокирован: его устройства отключены.',
    live: 'на связи',
    lost: 'связь потеряна, пробуем снова…',
    typing: 'печатает…',
    sent: 'отправлено',
    delivered: 'доставлено',
    read: 'прочитано',
    today: 'Сегодня',
    yesterday: 'Вчера',
    failed: 'Не получилось. Сервер запущен?',
    refused: 'Страница отвечает только на машине, где работает сервер, или с токеном оператора.',
    language: 'English',
  },
}

let language = navigator.language.toLowerCase().startsWith('ru') ? 'ru' : 'en'
try {
  const kept = localStorage.getItem('jadegate-phone-language')
  if (kept === 'ru' || kept === 'en') language = kept
} catch {
  // A browser that keeps nothing: the choice lasts as long as the page.
}

export function currentLanguage() {
  return language
}

export function word(key) {
  return WORDS[language][key] ?? key
}

/** Writes the texts into whatever names one: `data-word` its content, `data-label` its name, `data-hint` its placeholder. */
export function writeWords() {
  document.documentElement.lang = language
  document.title = word('title')
  for (const element of document.querySelectorAll('[data-word]')) element.textContent = word(element.dataset.word)
  for (const element of document.querySelectorAll('[data-hint]')) element.placeholder = word(element.dataset.hint)
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', word(element.dataset.label))
    if (element.tagName === 'BUTTON') element.title = word(element.dataset.label)
  }
  for (const element of document.querySelectorAll('.language')) element.textContent = word('language')
}

export function switchLanguage() {
  language = language === 'ru' ? 'en' : 'ru'
  try {
    localStorage.setItem('jadegate-phone-language', language)
  } catch {
    // As above.
  }
  writeWords()
}
