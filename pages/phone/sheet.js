import { byId, iconButton, make } from './dom.js'
import { attempt } from './errors.js'
import { word } from './words.js'

/** One dialog may lie on another, and each has its own name. */
let opened = 0

/** Opens a dialog that exists until it is closed; `fill` makes its body, now and whenever `redraw` of the answer is called. */
export function openSheet(title, fill, { onclose } = {}) {
  const body = make('div', { classes: 'dialog-body' })
  opened += 1
  const head = make('h2', { id: `sheet-${String(opened)}`, text: title })
  const close = iconButton('icon-close', word('close'), () => sheet.close())
  const sheet = make('dialog', {}, make('header', { classes: 'bar' }, head, close), body)
  sheet.setAttribute('aria-labelledby', head.id)
  const redraw = () => {
    if (!isWritten(body)) body.replaceChildren(...fill(sheet).filter((part) => part !== null))
  }
  sheet.addEventListener('click', (event) => event.target === sheet && sheet.close())
  sheet.addEventListener('close', () => {
    sheet.remove()
    onclose?.()
  })
  document.body.append(sheet)
  redraw()
  sheet.showModal()
  return { close: () => sheet.close(), redraw }
}

/** Words that somebody is writing are not drawn over. */
function isWritten(body) {
  const fields = [...body.querySelectorAll('form:not([data-sending]) :is(input, textarea)')]
  return fields.some((one) => one.type !== 'checkbox' && one.value !== one.defaultValue)
}

/** A form with a place for its trouble; `submit` gets what was filled in and may throw. */
export function formOf(submitText, fields, submit) {
  const place = make('p', { hidden: true })
  place.setAttribute('role', 'alert')
  const button = make('button', { classes: 'primary', text: submitText })
  const form = make('form', { noValidate: true }, ...fields, place, button)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    button.disabled = true
    form.dataset.sending = 'yes'
    await attempt(place, async () => {
      await submit(new FormData(form))
      for (const one of form.querySelectorAll('input, textarea')) one.defaultValue = one.value
    })
    delete form.dataset.sending
    button.disabled = false
  })
  return form
}

export function field(label, name, { tag = 'input', value = '', ...properties } = {}) {
  const input = make(tag, { name, autocomplete: 'off', ...properties, ...(value !== '' && { defaultValue: value }) })
  return make('label', { classes: 'field' }, make('span', { text: label }), input)
}

export function choice(label, name, options, chosen) {
  const list = options.map(([value, text]) => make('option', { value, text, selected: value === chosen }))
  return make('label', { classes: 'field' }, make('span', { text: label }), make('select', { name }, ...list))
}

export function switchOf(label, { name = '', checked = false, onchange } = {}) {
  const input = make('input', { type: 'checkbox', name, checked })
  input.setAttribute('role', 'switch')
  if (onchange) input.addEventListener('change', () => onchange(input.checked))
  return make('label', { classes: 'switch' }, make('span', { text: label }), input)
}

/** A small menu at a button: `[text, action, isGrave]` each, below a first row of what the caller gives. */
export function openMenu(anchor, items, first = null) {
  byId('menu')?.remove()
  const buttons = items.map(([text, action, isGrave = false]) =>
    make('button', {
      type: 'button',
      text,
      classes: isGrave ? 'strong' : '',
      onclick: () => {
        menu.hidePopover()
        action()
      },
    }),
  )
  for (const button of buttons) button.setAttribute('role', 'menuitem')
  const menu = make('div', { id: 'menu', classes: 'menu', popover: 'auto' }, first, ...buttons)
  menu.setAttribute('role', 'menu')
  document.body.append(menu)
  menu.addEventListener('toggle', (event) => event.newState === 'closed' && menu.remove())
  menu.showPopover()
  const at = anchor.getBoundingClientRect()
  const fits = at.bottom + menu.offsetHeight + 8 < innerHeight
  const top = fits ? at.bottom + 4 : Math.max(8, at.top - menu.offsetHeight - 4)
  menu.style.top = `${String(top)}px`
  menu.style.left = `${String(Math.max(8, Math.min(at.left, innerWidth - menu.offsetWidth - 8)))}px`
  menu.querySelector('button')?.focus()
  return menu
}
