"""Test Anything Protocol for the scripts of this folder."""


def report(results):
    """Prints (name, is good) pairs; returns the exit code."""
    failed = False
    number = 0
    for number, (name, good) in enumerate(results, 1):
        failed |= not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
    print(f"1..{number}")
    return 1 if failed else 0
