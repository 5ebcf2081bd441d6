"""NumPy's side of the kernel benchmark.

Reads one JSON request per line and answers each with one line:

    (at the start)                               {"numpy": "2.4.0"}
    {"prepare": "cholesky", "size": {"n": 64}}   {"form": "cholesky", "calls": 40}
    {"batch": 1}                                 {"seconds": 5.0e-05}

`batch` runs the prepared expression `calls` times, about 2 ms in all, and gives the seconds of one call. A request
that fails is answered by {"error": "..."}.

The expressions are those that a careful user of NumPy writes: constants formed once, nothing computed twice. Where
there is more than one sensible form, the fastest at the given size is chosen, by trial, when it is prepared.
"""

import json
import sys
import time

try:
    import numpy as np
except ImportError as problem:
    print(json.dumps({"error": str(problem)}), flush=True)
    sys.exit(0)

BATCH_SECONDS = 0.002
WARM_UP_SECONDS = 0.05
TRIAL_SECONDS = 0.1

rng = np.random.default_rng(1)


def normals(*shape):
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)) / np.sqrt(2)


def positive_definite(n):
    b = normals(n, n)
    return b @ b.conj().T + n * np.eye(n)


def gemm_adjoint(n):
    a, b = normals(n, n), normals(n, n)
    return {"A.conj().T @ B": lambda: a.conj().T @ b}


def weighted_rank_k(n):
    a, g, s, identity = normals(n, 2 * n), rng.random(2 * n), 0.1, np.eye(n)
    return {"(A * g) @ A.conj().T + s * I": lambda: (a * g) @ a.conj().T + s * identity}


def cholesky(n):
    a = positive_definite(n)
    return {"cholesky": lambda: np.linalg.cholesky(a)}


def hpd_inverse(n):
    a = positive_definite(n)
    return {"inv": lambda: np.linalg.inv(a)}


def eigh(n):
    a = normals(n, n)
    a = a + a.conj().T
    return {"eigh": lambda: np.linalg.eigh(a)}


def svd(n):
    a = normals(n, n)
    return {"svd": lambda: np.linalg.svd(a, full_matrices=False)}


def gemv(n):
    a, x = normals(n, n), normals(n)
    return {"A @ x": lambda: a @ x}


def gemv_adjoint(n):
    a, x = normals(n, n), normals(n)
    return {"A.conj().T @ x": lambda: a.conj().T @ x}


def fft(n, batch):
    x = normals(batch, n)
    return {"fft": lambda: np.fft.fft(x, axis=1)}


def sbl_iteration(rows, columns):
    """One iteration of EM-SBL: posterior at the variances g, then g <- |mean|^2 + variance.

    Three forms: the inverse of the covariance C, then products; the Cholesky factor of C, then one solve, general
    because NumPy has no triangular one; one solve with C itself. With OpenBLAS the inverse is the fastest at all
    sizes of the benchmark; the others stay in the race for other libraries.
    """
    a = normals(rows, columns)
    ah = a.conj().T.copy()
    a_conj = a.conj()
    support = rng.choice(columns, rows // 8, replace=False)
    y = a[:, support] @ normals(len(support)) + 0.1 * normals(rows)
    ya = np.column_stack([y, a])
    s = 0.01
    noise = s * np.eye(rows)
    g = np.ones(columns)

    def update(mean, share):
        """`share` is diag(A^H C^-1 A)."""
        variance = g - g**2 * share
        g[:] = np.abs(mean) ** 2 + variance

    def by_inverse():
        inverse = np.linalg.inv((a * g) @ ah + noise)
        whitened = inverse @ a
        update(g * (ah @ (inverse @ y)), np.sum(a_conj * whitened, axis=0).real)

    def by_cholesky():
        factor = np.linalg.cholesky((a * g) @ ah + noise)
        solution = np.linalg.solve(factor, ya)
        w, whitened = solution[:, 0], solution[:, 1:]
        update(g * (whitened.conj().T @ w), np.sum(whitened.real**2 + whitened.imag**2, axis=0))

    def by_solve():
        solution = np.linalg.solve((a * g) @ ah + noise, ya)
        w, whitened = solution[:, 0], solution[:, 1:]
        update(g * (ah @ w), np.sum(a_conj * whitened, axis=0).real)

    return {"inverse": by_inverse, "cholesky": by_cholesky, "solve": by_solve}


KERNELS = {
    "gemm-adjoint": gemm_adjoint,
    "weighted-rank-k": weighted_rank_k,
    "cholesky": cholesky,
    "hpd-inverse": hpd_inverse,
    "eigh": eigh,
    "svd": svd,
    "gemv": gemv,
    "gemv-adjoint": gemv_adjoint,
    "fft": fft,
    "sbl-iteration": sbl_iteration,
}


def elapsed(run, calls):
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return time.perf_counter() - start


def warm_up(run):
    """Returns the number of calls that fill a batch."""
    start = time.perf_counter()
    run()
    while time.perf_counter() - start < WARM_UP_SECONDS:
        run()
    calls = 1
    while (seconds := elapsed(run, calls)) < BATCH_SECONDS:
        calls = int(np.ceil(calls * min(10, max(1.5, BATCH_SECONDS / seconds))))
    return calls


def fastest(forms):
    """The name, call and batch of the form whose batches, run in turn with the others', are fastest."""
    sides = [(name, run, warm_up(run)) for name, run in forms.items()]
    if len(sides) == 1:
        return sides[0]
    samples = {name: [] for name in forms}
    start = time.perf_counter()
    while time.perf_counter() - start < TRIAL_SECONDS * len(sides) or len(samples[sides[0][0]]) < 4:
        for name, run, calls in sides:
            samples[name].append(elapsed(run, calls) / calls)
    return min(sides, key=lambda side: np.quantile(samples[side[0]], 0.25))


def answer(request, prepared):
    if "prepare" in request:
        prepared["form"], prepared["run"], prepared["calls"] = fastest(
            KERNELS[request["prepare"]](**request["size"])
        )
        return {"form": prepared["form"], "calls": prepared["calls"]}
    return {"seconds": elapsed(prepared["run"], prepared["calls"]) / prepared["calls"]}


def main():
    print(json.dumps({"numpy": np.__version__}), flush=True)
    prepared = {}
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), prepared)
        except Exception as problem:
            reply = {"error": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(reply), flush=True)


main()
