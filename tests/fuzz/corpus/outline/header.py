@d(
 1,
)
async def f[T: (int)](a=lambda: 0, *,
    b) -> lambda: 0: return a
