// Follows every link and bookmark of a document in pdf.js, the viewer inside Firefox.
//
// Usage: node viewers.mjs DOCUMENT. Ends with 1 when a way leads to another page than the one written there.

import { readFileSync } from "node:fs";
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";

const data = new Uint8Array(readFileSync(process.argv[2]));
const pdf = await getDocument({ data, verbosity: 0 }).promise;
const faults = [];
let followed = 0;

async function leadsTo(dest) {
  const explicit = typeof dest === "string" ? await pdf.getDestination(dest) : dest;
  return explicit ? (await pdf.getPageIndex(explicit[0])) + 1 : 0;
}

const labels = (await pdf.getPageLabels()) ?? [];
labels.forEach((label, index) => {
  if (label !== String(index + 1)) faults.push(`page ${index + 1} is called ${label}`);
});
for (let number = 1; number <= pdf.numPages; number++) {
  const page = await pdf.getPage(number);
  const links = (await page.getAnnotations()).filter((one) => one.subtype === "Link" && one.dest);
  if (links.length === 0) continue;
  const items = (await page.getTextContent()).items;
  for (const link of links) {
    const [left, bottom, right, top] = link.rect;
    const inside = items.filter(({ transform: [, , , , x, y] }) => x >= left - 1 && x <= right && y >= bottom - 1 && y <= top);
    const written = inside.map((item) => item.str).join("").trim();
    const target = await leadsTo(link.dest);
    followed++;
    if (target === 0 || (/^\d+$/.test(written) && Number(written) !== target)) {
      faults.push(`page ${number}: "${written}" leads to page ${target}`);
    }
  }
  page.cleanup();
}
async function walk(bookmarks) {
  for (const bookmark of bookmarks ?? []) {
    followed++;
    if ((await leadsTo(bookmark.dest)) === 0) faults.push(`bookmark "${bookmark.title}" leads nowhere`);
    await walk(bookmark.items);
  }
}
await walk(await pdf.getOutline());
console.log([`${followed} followed`, ...faults].join("\n"));
process.exit(faults.length > 0 || followed < 50 ? 1 : 0);
