// What `npm test` leaves out, and why: said before the tests, so that nobody takes their green for more than it is.
process.stdout.write(
  [
    'Left out: tests in real browsers (npm run test:browser), which need chromium;',
    'tests on real hosts (npm run test:hosts), which need root and Debian packages that docs/hosts.md and the README name.\n',
  ].join(' '),
);
