// Bundles the viewer of reports: dist/framework/report/viewer/viewer.js and viewer.css, for pages to hold.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

await build({
  absWorkingDir: root,
  entryPoints: [
    { in: 'framework/report/viewer/main.ts', out: 'viewer' },
    { in: 'framework/report/viewer/viewer.css', out: 'viewer' },
  ],
  outdir: process.argv[2] ?? 'dist/framework/report/viewer',
  bundle: true,
  format: 'iife',
  target: ['chrome105', 'firefox113', 'safari16.4'],
  minify: true,
  charset: 'ascii',
  legalComments: 'inline',
  tsconfig: 'tsconfig.viewer.json',
  logLevel: 'warning',
});
