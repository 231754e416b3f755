// Runs a file of SQL in DuckDB: node duckdb.mjs MODULES FILE.sql [name=value ...]. MODULES is the folder into which
// @duckdb/node-api was installed, each name=value becomes a variable that the SQL reads with getvariable('name'). The
// last statement's rows are printed as they are; the seconds of the SQL alone go to standard error, statement by
// statement with PROFILE=1.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, file, ...settings] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(modules + "/")("@duckdb/node-api");

const began = performance.now();
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
for (const setting of settings) {
  const at = setting.indexOf("=");
  await connection.run(`SET VARIABLE ${setting.slice(0, at)} = '${setting.slice(at + 1).replaceAll("'", "''")}'`);
}
const statements = await connection.extractStatements(readFileSync(file, "utf8"));
let rows = [];
for (let i = 0; i < statements.count; i++) {
  const from = performance.now();
  const used = process.cpuUsage();
  const prepared = await statements.prepare(i);
  const reader = await prepared.runAndReadAll();
  rows = reader.getRows();
  if (process.env.PROFILE) {
    const { user, system } = process.cpuUsage(used);
    console.error(`${i + 1}: ${((performance.now() - from) / 1000).toFixed(3)} s, ${((user + system) / 1e6).toFixed(3)} s of processor`);
  }
}
for (const row of rows) console.log(row.map(String).join(","));
console.error(`sql ${((performance.now() - began) / 1000).toFixed(3)} s`);
