/** The error that a call throws or rejects with. */
export async function thrownBy(call: () => unknown): Promise<Error & { code?: string; parameter?: string }> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected the call to throw");
}
