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

/** Says how it was started, is busy for two seconds, and ends. */
export const BRIEF = `import os
import sys
import time


def spin(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


print("arguments:", sys.argv[1:], "folder:", os.path.basename(os.getcwd()), flush=True)
spin(2)
`;
