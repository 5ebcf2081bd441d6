/** Keeping the hyperparameters of a Kronecker-structured model, to go back to. */
import type { Ascent } from "./ascent.js";
import type { Coupling } from "./coupling.js";
import type { Mode } from "./modes.js";

/** The hyperparameters of every mode, and the noise, at one time. */
export interface Snapshot {
  readonly modes: readonly SavedMode[];
  readonly couplings: readonly (SavedCoupling | undefined)[];
  noiseVariance: number;
}

interface SavedMode {
  count: number;
  readonly active: Int32Array;
  readonly priorVariance: Float64Array;
}

interface SavedCoupling {
  count: number;
  readonly remaining: Int32Array;
  readonly values: Float64Array;
}

export function createSnapshot({ marginal, couplings }: Ascent): Snapshot {
  return {
    modes: marginal.modes.map(({ atoms }) => ({
      count: 0,
      active: new Int32Array(atoms),
      priorVariance: new Float64Array(atoms),
    })),
    couplings: couplings.map((coupling) =>
      coupling === undefined
        ? undefined
        : {
            count: 0,
            remaining: new Int32Array(coupling.latents),
            values: new Float64Array(coupling.latents),
          },
    ),
    noiseVariance: 0,
  };
}

/** snapshot ← the hyperparameters as they stand. */
export function save({ marginal, couplings }: Ascent, snapshot: Snapshot): void {
  marginal.modes.forEach((mode, n) => {
    copyMode(mode, snapshot.modes[n]);
  });
  couplings.forEach((coupling, n) => {
    if (coupling !== undefined) copyCoupling(coupling, snapshot.couplings[n]!);
  });
  snapshot.noiseVariance = marginal.noiseVariance;
}

/** The hyperparameters ← snapshot; decompositions are not made anew. */
export function restore(snapshot: Snapshot, { marginal, couplings }: Ascent): void {
  snapshot.modes.forEach((saved, n) => {
    copyMode(saved, marginal.modes[n]);
  });
  snapshot.couplings.forEach((saved, n) => {
    if (saved !== undefined) copyCoupling(saved, couplings[n]!);
  });
  marginal.noiseVariance = snapshot.noiseVariance;
}

function copyMode(from: Pick<Mode, "count" | "active" | "priorVariance">, to: SavedMode): void {
  to.count = from.count;
  for (let j = 0; j < from.count; j++) {
    to.active[j] = from.active[j];
    to.priorVariance[j] = from.priorVariance[j];
  }
}

function copyCoupling(from: Pick<Coupling, "count" | "remaining" | "values">, to: SavedCoupling): void {
  to.count = from.count;
  for (let k = 0; k < from.remaining.length; k++) {
    to.remaining[k] = from.remaining[k];
    to.values[k] = from.values[k];
  }
}
