/** Markup as text, with everything that comes from elsewhere escaped. */

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export function escaped(text: string | number): string {
  return String(text).replace(/[&<>"]/g, (sign) => SIGNS[sign] ?? sign)
}

type Attributes = Readonly<Record<string, string | number>>

/** An element; its content is markup already. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`)
  return `<${name}${given.join('')}>${content}</${name}>`
}

/** What is shown when the pointer rests on an element. */
export function tip(text: string): string {
  return element('title', {}, escaped(text))
}

/** A table whose cells are text. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cell: 'td' | 'th', cells: readonly (string | number)[]): string =>
    element('tr', {}, cells.map((text) => element(cell, {}, escaped(text))).join(''))
  return element('table', {}, line('th', head) + rows.map((cells) => line('td', cells)).join(''))
}
