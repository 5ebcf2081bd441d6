type Thrown = Error & { code?: string; parameter?: string };

/** The error that a call throws or rejects with. */
export async function thrownBy(call: () => unknown): Promise<Thrown> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected the call to throw");
}

/** The error that a call throws before it returns. */
export function thrownAtOnce(call: () => unknown): Thrown {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected the call to throw");
}
