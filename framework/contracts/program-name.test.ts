// Programs are called what people call them.
import { expect, it } from 'vitest';
import { programName, scriptName } from './program-name.js';

it.each([
  [['/usr/bin/redis-server', '--port', '1'], 'redis-server'],
  [['etcd', '--name', '${node.id}'], 'etcd'],
  [['python3', '-u', '${node.files}/server.py', '7'], 'server.py'],
  [['java', '-Xmx256m', '-cp', '/usr/share/java/*', 'org.example.Main', 'zoo.cfg'], 'org.example.Main'],
  [['java', '-jar', 'build/store.jar'], 'store.jar'],
  [['env', 'A=b', 'nohup', './store'], 'store'],
  [['sh', '-c', 'exec secret'], 'sh'],
  [['node'], 'node'],
  [[], ''],
])('%j', (words, name) => {
  expect(programName(words)).toBe(name);
});

it.each([
  ['mkdir -p x\nexec "${node.files}/server" --port 1 >log 2>&1\n', 'server'],
  ['# starts it\nredis-server --port 1', 'redis-server'],
  ['A=1 ./store &', 'store'],
  ['', ''],
])('%j', (script, name) => {
  expect(scriptName(script)).toBe(name);
});
