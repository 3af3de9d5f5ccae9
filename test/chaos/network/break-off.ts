/** Breaks a connection. */

import type { Socket } from 'node:net'

/**
 * The other end sees a reset rather than an end, where it knows of the connection and has not been told that it ends: a
 * socket that is just ending cannot be reset (EINVAL), and what is left of it keeps Node from ending.
 */
export function breakOff(socket: Socket): void {
  if (socket.connecting || socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
