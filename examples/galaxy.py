"""A small galaxy: stars that attract each other, step by step.

Almost all the time goes into the pull between pairs of stars; a little goes into drawing the
picture. Try it with `hotlens record -- python examples/galaxy.py`.
"""

import math
import random
import sys

SOFTENING = 0.1
STEP = 0.0005


def make_stars(count):
    """Stars on a disc, each moving around the middle."""
    rng = random.Random(7)
    stars = []
    for _ in range(count):
        angle = rng.uniform(0, 2 * math.pi)
        radius = math.sqrt(rng.uniform(0.05, 1))
        speed = math.sqrt(count * radius)
        stars.append([radius * math.cos(angle), radius * math.sin(angle),
                      -speed * math.sin(angle), speed * math.cos(angle)])
    return stars


def pull(star, others):
    """The acceleration of one star: the hot loop of this program."""
    x, y = star[0], star[1]
    ax = ay = 0.0
    for other in others:
        dx = other[0] - x
        dy = other[1] - y
        squared = dx * dx + dy * dy + SOFTENING
        strength = 1 / (squared * math.sqrt(squared))
        ax += dx * strength
        ay += dy * strength
    return ax, ay


def advance(stars):
    accelerations = [pull(star, stars) for star in stars]
    for star, (ax, ay) in zip(stars, accelerations):
        star[2] += ax * STEP
        star[3] += ay * STEP
        star[0] += star[2] * STEP
        star[1] += star[3] * STEP


def energy(stars):
    return sum(vx * vx + vy * vy for _, _, vx, vy in stars) / 2


def draw(stars, width=64, height=24):
    """The disc as text, brighter where stars are close together."""
    cells = [[0] * width for _ in range(height)]
    for row in range(height):
        for column in range(width):
            x = (column / width - 0.5) * 3
            y = (row / height - 0.5) * 3
            cells[row][column] = sum(1 for star in stars
                                     if abs(star[0] - x) < 0.05 and abs(star[1] - y) < 0.08)
    return "\n".join("".join(" .:*#"[min(cell, 4)] for cell in row) for row in cells)


def main():
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    stars = make_stars(250)
    for step in range(steps):
        advance(stars)
        if step % 100 == 99:
            print(f"step {step + 1} of {steps}, energy {energy(stars):.0f}")
    print(draw(stars))


if __name__ == "__main__":
    main()
