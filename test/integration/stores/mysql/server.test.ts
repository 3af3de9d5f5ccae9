import { createPool } from 'mysql2/promise'
import { MySqlJobStore } from '../../../../src/mysql.ts'
import { describeSqlServer, PASSWORD } from '../sql-server.ts'

const url = process.env['CRONWRIGHT_TEST_MYSQL_URL'] ?? ''
const host = new URL(url).host

describeSqlServer('MySQL', {
  recipe: 'mariadb',
  url,
  create: (at, table, options = {}) => new MySqlJobStore({ url: at, table, maxConnections: 3, ...options }),
  usersPool: async (at, table) => {
    const pool = createPool(at)
    return {
      store: new MySqlJobStore({ pool, table }),
      answers: async () => Array.isArray((await pool.query('SELECT 1 AS one'))[0]),
      end: () => pool.end(),
    }
  },
  closedDoors: [
    ['a wrong password', `mysql://cronwright:${PASSWORD}@${host}/cronwright`, 'the user or the password is wrong'],
    ['a database that does not exist', `${url.replace(/\/[^/]*$/, '')}/nowhere`, 'the database does not exist'],
    ['nobody listens', `mysql://u:${PASSWORD}@127.0.0.1:1/db`, 'ECONNREFUSED'],
  ],
})
