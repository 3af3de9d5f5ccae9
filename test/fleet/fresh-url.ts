/** Parts of a store that nothing else uses, so that several tests can share a server. */

import { randomId } from '../../src/core/random-id.ts'

/** Stores that keep applications apart by an option; all others do by the path of their URL. */
const OPTIONS: Readonly<Record<string, string>> = {
  postgres: 'table',
  mysql: 'table',
  redis: 'prefix',
  mongodb: 'collection',
}

/** The URL of an empty part of the store that a URL leads to. */
export function freshUrl(url: string): string {
  const name = `fleet_${randomId().slice(0, 12)}`
  const option = OPTIONS[url.slice(0, url.indexOf(':'))]
  if (option === undefined) return `${url}/${name}`
  return `${url}${url.includes('?') ? '&' : '?'}${option}=${name}`
}
