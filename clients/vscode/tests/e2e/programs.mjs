/** Spends two thirds of its time in `burn`, a third in `warm`; cleans up on Ctrl+C. */
export const SPIN = `import time


def burn(seconds):
    end = time.perf_counter() + seconds
    total = 0
    while time.perf_counter() < end:
        total += 1
    return total


def warm(seconds):
    end = time.perf_counter() + seconds
    total = 0
    while time.perf_counter() < end:
        total += 1
    return total


def work():
    burn(0.02)
    warm(0.01)


def main():
    print("spinning", flush=True)
    try:
        while True:
            work()
    finally:
        print("cleaned up", flush=True)


if __name__ == "__main__":
    main()
`;
