/** One of several processes on one queue. It tells how many runs are over, and when it is stopped which it was called for. */

import { Scheduler } from '../../dist/index.js'

/** How often the number is told. */
const TELL_MS = 2

const { place } = JSON.parse(process.argv[2])
const scheduler = new Scheduler({ jobStores: { default: place.url } })
const handled = []
let completed = 0
scheduler.register('noop', ({ index }) => {
  handled.push(index)
})
scheduler.on('run:completed', () => {
  completed += 1
})
await scheduler.start({ paused: true })

let told = 0
setInterval(() => {
  if (completed > told) process.send({ completed })
  told = completed
}, TELL_MS)
process.on('message', async (word) => {
  if (word === 'begin') await scheduler.resume()
  else {
    await scheduler.pause()
    process.send({ handled })
  }
})
process.send({})
