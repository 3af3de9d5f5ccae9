/** The proxy does to connections what each kind of weather says. */

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { breakOff } from './break-off.ts'
import { TcpProxy } from './tcp-proxy.ts'
import { CLEAR } from './weather.ts'

/** Answers each chunk in capitals, and keeps what it was told. */
const told: string[] = []
const server = createServer((socket) => {
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    told.push(chunk.toString())
    socket.write(chunk.toString().toUpperCase())
  })
})
let target = { host: '127.0.0.1', port: 0 }

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address === 'object' && address !== null) target = { host: '127.0.0.1', port: address.port }
})
afterAll(() => void server.close())

async function openProxy(): Promise<TcpProxy> {
  const proxy = new TcpProxy(target)
  await proxy.open()
  onTestFinished(() => proxy.close())
  return proxy
}

/** A client that collects what it hears, and how its connection ended. */
class Client {
  heard = ''
  error: string | undefined
  isClosed = false
  readonly socket: Socket

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('data', (chunk) => {
      this.heard += chunk.toString()
    })
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code
    })
    this.socket.on('close', () => {
      this.isClosed = true
    })
    onTestFinished(() => void this.socket.destroy())
  }
}

it.each([
  ['clear', CLEAR],
  ['delay', { kind: 'delay', ms: 20, jitterMs: 10 }],
  ['throttle', { kind: 'throttle', bytesPerSecond: 1_000 }],
  ['split', { kind: 'split' }],
] as const)('passes all bytes in order through %s', async (_name, weather) => {
  const proxy = await openProxy()
  await proxy.set(weather)
  const client = new Client(proxy.port)
  for (let part = 0; part < 10; part += 1) client.socket.write(`part ${part};`)
  await expect.poll(() => client.heard).toBe(Array.from({ length: 10 }, (_, part) => `PART ${part};`).join(''))
  client.socket.end()
  await expect.poll(() => proxy.connections).toBe(0)
})

it('keeps a connection half open in a black hole, and breaks it afterwards', async () => {
  const proxy = await openProxy()
  const client = new Client(proxy.port)
  client.socket.write('before;')
  await expect.poll(() => client.heard).toBe('BEFORE;')
  await proxy.set({ kind: 'blackhole' })
  client.socket.write('lost;')
  const other = new Client(proxy.port)
  other.socket.write('lost too;')
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect([client.heard, client.isClosed, other.heard, other.isClosed]).toEqual(['BEFORE;', false, '', false])
  await proxy.set(CLEAR)
  await expect.poll(() => [client.error, other.error]).toEqual(['ECONNRESET', 'ECONNRESET'])
  expect(told.filter((text) => text.startsWith('lost'))).toEqual([])
  const later = new Client(proxy.port)
  later.socket.write('after;')
  await expect.poll(() => later.heard).toBe('AFTER;')
})

it('resets connections, and new ones when they speak', async () => {
  const proxy = await openProxy()
  const client = new Client(proxy.port)
  client.socket.write('x')
  await expect.poll(() => client.heard).toBe('X')
  await proxy.set({ kind: 'reset' })
  await expect.poll(() => client.error).toBe('ECONNRESET')
  const other = new Client(proxy.port)
  other.socket.write('y')
  await expect.poll(() => other.error).toBe('ECONNRESET')
})

it('refuses new connections, and takes them again on the same port', async () => {
  const proxy = await openProxy()
  const { port } = proxy
  await proxy.set({ kind: 'refuse' })
  const refused = new Client(port)
  await expect.poll(() => refused.error).toBe('ECONNREFUSED')
  await proxy.set(CLEAR)
  const client = new Client(port)
  client.socket.write('z')
  await expect.poll(() => client.heard).toBe('Z')
})

it('lets a request arrive whose reply is cut', async () => {
  const proxy = await openProxy()
  const client = new Client(proxy.port)
  client.socket.write('a')
  await expect.poll(() => client.heard).toBe('A')
  await proxy.set({ kind: 'cut-reply' })
  client.socket.write('commit;')
  await expect.poll(() => client.error).toBe('ECONNRESET')
  expect(told).toContain('commit;')
  expect(client.heard).toBe('A')
})

it.each(['connecting', 'connected'])(
  'leaves nothing open of a %s socket that is broken while it ends',
  async (state) => {
    const socket = connect(target.port, target.host)
    if (state === 'connected') await once(socket, 'connect')
    const closed = once(socket, 'close')
    socket.end()
    breakOff(socket)
    await closed
    expect(socket.destroyed).toBe(true)
  },
)
