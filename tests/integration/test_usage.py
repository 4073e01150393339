"""The program as one meets it: version and wrong arguments."""

from harness import describe, main, test


@test
def prints_its_version(box):
    done = box.hotlens("--version")
    assert done.returncode == 0, describe(done)
    assert done.stdout.startswith("hotlens "), describe(done)
    assert not done.stderr, describe(done)


@test
def unknown_subcommand_is_a_usage_error(box):
    done = box.hotlens("no-such-subcommand")
    assert done.returncode == 2, describe(done)
    assert not done.stdout, describe(done)
    assert done.stderr, describe(done)


main()
