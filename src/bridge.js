#!/usr/bin/env node
// Plain JavaScript on purpose: an older Node must be able to read this file to say what is wrong.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 9)) {
  process.stderr.write(
    `The bridge needs Node 24.9 or newer; this is ${process.versions.node}.\n` +
      'On Linux `npm ci` brings the right one: start with `npm start` or `npm run bridge -- …`.\n',
  );
  process.exit(1);
}
// Compiled code is kept from start to start: the next one listens sooner.
const { enableCompileCache } = await import('node:module');
enableCompileCache(new URL('../node_modules/.cache/omaolo-apotti-bridge/compiled', import.meta.url).pathname);
await import('./main.ts');
