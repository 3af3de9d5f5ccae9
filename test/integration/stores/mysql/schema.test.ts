import { MySqlJobStore } from '../../../../src/mysql.ts'
import { withDatabase } from '../../../../src/stores/mysql/open-database.ts'
import { resolveMySqlOptions } from '../../../../src/stores/mysql/options.ts'
import { MIGRATIONS, type Migration, migrate } from '../../../../src/stores/mysql/schema.ts'
import { describeSqlSchema } from '../sql-schema.ts'

const url = process.env['CRONWRIGHT_TEST_MYSQL_URL'] ?? ''
const later: Migration = ({ records }) => [`ALTER TABLE ${records} ADD COLUMN note VARCHAR(9) NOT NULL DEFAULT 'none'`]

describeSqlSchema('MySQL', {
  url,
  create: (table, options) => new MySqlJobStore({ url, table, maxConnections: 3, ...options }),
  migrateFurther: (table) =>
    withDatabase(resolveMySqlOptions({ url, table }), ({ database, tables }) =>
      migrate(database, tables, [...MIGRATIONS, later]),
    ),
  look: (table) =>
    withDatabase(resolveMySqlOptions({ url, table }), async ({ database, tables }) => ({
      notes: (await database.rows(`SELECT note FROM ${tables.records}`)).map((row) => row['note']),
      versions: (await database.rows(`SELECT version FROM ${tables.schema} ORDER BY version`)).map(
        (row) => row['version'],
      ),
    })),
})
