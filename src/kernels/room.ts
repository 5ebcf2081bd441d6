/**
 * Working memory of a run: arrays that live as long as the run does, in the memory of the kernels, so that no call has
 * to copy them. It is only handed out inside {@link withRoom} and {@link roomSteps}, which take all of it back.
 */
import type { Block, BlockStore } from "./arena.js";
import { blockStore, releaseIdleMemory, workingMemoryLimit } from "./backend.js";
import type { Planar } from "./planar.js";

/** Hands out working memory. */
export interface Room {
  /** `size` zeros, until the run ends. @throws `limit` if the limit on working memory would be exceeded */
  planar(size: number, real: boolean): Planar;
}

class OpenRoom implements Room {
  readonly #who: string;
  readonly #blocks: Block[] = [];
  #store: BlockStore | undefined;
  #closed = false;

  constructor(who: string) {
    this.#who = who;
  }

  planar(size: number, real: boolean): Planar {
    if (this.#closed) throw new Error(`${this.#who}: working memory was asked for after the run has ended`);
    this.#store ??= blockStore();
    const block = this.#store.allocate(this.#who, size, real, workingMemoryLimit());
    this.#blocks.push(block);
    return block;
  }

  close(): void {
    this.#closed = true;
    for (const block of this.#blocks) this.#store?.release(block);
    this.#blocks.length = 0;
    releaseIdleMemory();
  }
}

/** Runs `work` with a room that is taken back when it returns or throws. */
export function withRoom<Result>(who: string, work: (room: Room) => Result): Result {
  const room = new OpenRoom(who);
  try {
    return work(room);
  } finally {
    room.close();
  }
}

/** Rooms of iterators that were left behind before their end. */
const abandoned = new FinalizationRegistry<OpenRoom>((room) => room.close());

/** As {@link withRoom} for an iterator: until it ends, is closed, throws, or is garbage. */
export function roomSteps<Step, Result>(
  who: string,
  body: (room: Room) => Generator<Step, Result, undefined>,
): Generator<Step, Result, undefined> {
  const room = new OpenRoom(who);
  const steps = closeAfter(room, body);
  abandoned.register(steps, room);
  return steps;
}

function* closeAfter<Step, Result>(
  room: OpenRoom,
  body: (room: Room) => Generator<Step, Result, undefined>,
): Generator<Step, Result, undefined> {
  try {
    return yield* body(room);
  } finally {
    room.close();
  }
}
