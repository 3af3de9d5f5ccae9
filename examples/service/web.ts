/**
 * The HTTP side of the service.
 *
 *   GET  /?rounds=1000                 some work: a chain of hashes
 *   GET  /latency                      the rolling figure of the service's own response time
 *   GET  /jobs                         the jobs
 *   GET  /runs?job=ID&limit=100        what came of their fire times, newest first
 *   POST /reminders?id=ID&at=INSTANT&text=TEXT
 */

import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { ConflictingIdError, InvalidArgumentError, type Job, type Scheduler } from 'cronwright'
import type { AccessLog } from './access-log.ts'
import type { Reminder } from './jobs/remind.ts'
import type { RollingFigure } from './rolling-figure.ts'

/** What the routes need. */
export interface Parts {
  readonly scheduler: Scheduler
  readonly log: AccessLog
  readonly latency: RollingFigure
  readonly addReminder: (reminder: Reminder) => Promise<Job>
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

const MAX_ROUNDS = 100_000

export function createWebServer(parts: Parts): Server {
  return createServer((request, response) => {
    const startedAt = performance.now()
    const { method = 'GET', url = '/' } = request
    response.on('close', () => {
      const ms = performance.now() - startedAt
      parts.log.add({ at: Date.now() - ms, method, path: url, status: response.statusCode, ms })
    })
    void answer(parts, request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
}

async function answer(parts: Parts, request: IncomingMessage): Promise<Answer> {
  try {
    return await route(parts, request)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof ConflictingIdError) return { status: 409, body: { error: message } }
    return { status: error instanceof InvalidArgumentError ? 400 : 500, body: { error: message } }
  }
}

async function route({ scheduler, latency, addReminder }: Parts, request: IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const parameter = (name: string): string | undefined => searchParams.get(name) ?? undefined
  switch (`${request.method} ${pathname}`) {
    case 'GET /':
      return { status: 200, body: { hash: work(Number(parameter('rounds') ?? 1000)) } }
    case 'GET /latency':
      return { status: 200, body: latency }
    case 'GET /jobs':
      return { status: 200, body: await scheduler.getJobs() }
    case 'GET /runs': {
      const jobId = parameter('job')
      const limit = Number(parameter('limit') ?? 100)
      return { status: 200, body: await scheduler.getRuns(jobId === undefined ? { limit } : { jobId, limit }) }
    }
    case 'POST /reminders': {
      const { id = crypto.randomUUID(), at = '', text = '' } = Object.fromEntries(searchParams)
      return { status: 201, body: await addReminder({ id, at, text }) }
    }
    default:
      return { status: 404, body: { error: `there is no ${request.method} ${pathname}` } }
  }
}

function work(rounds: number): string {
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MAX_ROUNDS) {
    throw new InvalidArgumentError('rounds', rounds, `must be a whole number from 1 to ${MAX_ROUNDS}`)
  }
  let hash = 'cronwright'
  for (let round = 0; round < rounds; round += 1) hash = createHash('sha256').update(hash).digest('hex')
  return hash
}
