/** A Kronecker operator inside a run. */
import { type ModeFactor, modeProductsInto } from "../complex/mode-products.js";
import { isReal, type Planar, splitInto } from "../complex/planar.js";
import type { Room } from "../kernels/room.js";
import { type KroneckerOperator, modeProductFlops } from "./kronecker.js";
import type { OperatorCost } from "./operator.js";
import { type ColumnFactor, productColumnsInto } from "./product-columns.js";
import { WorkingAdapter } from "./working-adapter.js";

/** Its factors are in working memory, so that products and atoms are neither copied nor interleaved. */
export class WorkingKronecker extends WorkingAdapter {
  readonly #factors: readonly ColumnFactor[];
  readonly #backward: readonly ModeFactor[];
  readonly #room: Room;
  readonly #cost: OperatorCost;
  readonly #flopsPerProduct: number;
  /** For tensors of {@link adjointInto}; made when first needed. */
  #scratch: readonly [Planar, Planar] | undefined;
  /** For every factor the column that it contributes to each of the chosen columns. */
  #indices: readonly Int32Array[] = [];

  constructor(operator: KroneckerOperator, room: Room) {
    super(operator);
    this.#room = room;
    this.#cost = operator.cost;
    this.#factors = operator.factors.map(({ rows, columns, data }) => {
      const matrix = room.planar(rows * columns, isReal(data));
      splitInto(data, matrix);
      return { matrix, rows, columns };
    });
    this.#backward = this.#factors.map(({ matrix, rows, columns }) => {
      return { matrix, form: "adjoint", rows: columns, size: rows };
    });
    this.#flopsPerProduct = modeProductFlops(this.#factors);
  }

  override adjointInto(y: Planar, snapshots: number, out: Planar): void {
    const size = Math.max(this.rows, this.columns) * snapshots;
    const scratch = this.#scratch;
    if (
      scratch === undefined ||
      scratch[0].re.length < size ||
      (y.im !== undefined && scratch[0].im === undefined)
    ) {
      const real = this.real && y.im === undefined;
      this.#scratch = [this.#room.planar(size, real), this.#room.planar(size, real)];
    }
    modeProductsInto(out, y, this.#backward, snapshots, this.#scratch!);
    this.#cost.adjoints += snapshots;
    this.#cost.flops += this.#flopsPerProduct * snapshots;
  }

  override atomsInto(columns: Int32Array, count: number, out: Planar): void {
    if (!(this.#indices[0]?.length >= count)) this.#indices = this.#factors.map(() => new Int32Array(count));
    for (let k = 0; k < count; k++) {
      let rest = columns[k];
      for (let n = this.#factors.length - 1; n >= 0; n--) {
        const { columns: size } = this.#factors[n];
        this.#indices[n][k] = rest % size;
        rest = Math.floor(rest / size);
      }
    }
    productColumnsInto(this.#factors, this.#indices, count, out);
    if (this.real) out.im?.fill(0, 0, this.rows * count);
  }
}
