// Rewrites the records of a statement as the CSV that settle.sql writes, so that the two can be compared byte by byte:
// node lines.mjs lines.ndjson UNITS.csv WHOLE.csv.
import { createReadStream, createWriteStream } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";

const [from, unitsFile, wholeFile] = process.argv.slice(2);
const units = createWriteStream(unitsFile);
const whole = createWriteStream(wholeFile);
units.write("participant,payment,period,count,amount\n");
whole.write("payment,of,period,count,amount\n");
for await (const record of createInterface({ input: createReadStream(from), crlfDelay: Infinity })) {
  const { participant, lines } = JSON.parse(record);
  let text = "";
  for (const line of lines) {
    const { payment, of, period, count = "0", due } = line;
    text += participant === undefined ? `${payment},${of},${period},${count},${due}\n` : `${participant},${payment},${period},${count},${due}\n`;
  }
  if (!(participant === undefined ? whole : units).write(text)) await once(participant === undefined ? whole : units, "drain");
}
for (const out of [units, whole]) {
  out.end();
  await once(out, "finish");
}
