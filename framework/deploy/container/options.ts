// Options of containers, as plans give them.
import { type Options, option } from '../../contracts/options.js';
import type { EngineChoice } from './engine.js';
import type { ImageChoice } from './image.js';

export interface ContainerOptions {
  engine: EngineChoice;
  image: ImageChoice;
  /** Bytes a container may use. */
  memory?: number;
  /** Cores, which need not be whole. */
  cpus?: number;
  /** `10.200.0.0/24`. */
  subnet?: string;
  env?: Readonly<Record<string, string>>;
}

export const CONTAINER_OPTIONS: Options = {
  engine: option.choice('container engine; auto: the first that answers', ['auto', 'docker', 'podman'], 'auto'),
  image: {
    description:
      'image of the nodes: by name, used as it is and pulled when absent; or {from: scratch-with-node}, built from Node and tools of this machine without any registry',
    anyOf: [
      { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._:/@-]*$' },
      {
        type: 'object',
        properties: { from: { enum: ['scratch-with-node'], description: 'how it is built' } },
        required: ['from'],
        additionalProperties: false,
      },
    ],
    'x-expected': 'the name of an image, or {from: scratch-with-node}',
    default: { from: 'scratch-with-node' },
  },
  memory: option.size('memory that each container may use; a node that takes more is killed'),
  cpus: option.number('cores that each container may use, such as 0.5', undefined, { exclusiveMinimum: 0 }),
  subnet: option.text(
    'range of addresses of the private network, such as 10.200.0.0/24; a free one where it is left out',
    undefined,
    {
      pattern: '^\\d{1,3}(\\.\\d{1,3}){3}/\\d{1,2}$',
      'x-expected': 'a range of addresses such as 10.200.0.0/24',
    },
  ),
  env: option.map('environment of everything in the containers', { type: 'string' }),
};
