// How operations on a set travel, whichever kind of set it is.
import type { RpcFunction } from '../../framework/contracts/rpc.js';
import { expectType, replyList } from './reply.js';

/** `add` or `remove` of the element that is the operation's value. */
export function changeElement(type: 'add' | 'remove'): RpcFunction {
  return {
    request: ({ value }) => ({ type, element: value }),
    result: (reply, { value }) => {
      expectType(reply, `${type}_ok`);
      return value;
    },
  };
}

/** The whole set, as a list. */
export const readElements: RpcFunction = {
  request: () => ({ type: 'read' }),
  result: (reply) => replyList(reply, 'read_ok', 'value'),
  readOnly: true,
};
