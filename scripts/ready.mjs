/**
 * What every command of this repository begins with: `node scripts/ready.mjs <command> …` makes sure that packages are
 * installed and built, then hands over. Needs Node and npm, nothing else.
 *
 * This file only looks at Node's version, in words that an old Node understands.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  const found = `Node ${process.versions.node} (${process.execPath})`;
  console.error(`Quailrunner needs Node 20.19 or newer, and this is ${found}. Install a newer one and run this again.`);
  process.exitCode = 1;
} else {
  import('./ready/main.mjs').then(({ main }) => main(process.argv.slice(2)));
}
