/* `hotlens exec`: the few system calls that have to happen in a child before another program takes its
 * place. An argument vector in, no shell; what it does is said by options, so it can be read in `ps`.
 *
 *   hotlens exec [options] -- PROGRAM ARGUMENTS…
 *     --parent PID         end unless PID is the parent (the parent died before we got here)
 *     --death-signal N     prctl(PR_SET_PDEATHSIG, N)
 *     --own-group          setpgid(0, 0)
 *     --group PGID         setpgid(0, PGID): rejoin the terminal's foreground group
 *     --stdio A,B,C        dup2 these descriptors to 0, 1, 2 and close them
 *     --close FD           close this descriptor, which only the caller of exec needs
 *     --setenv NAME=VALUE  set a variable; may be repeated, as may
 *     --unsetenv NAME
 *     --allow-tracer       prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY)
 *     --status FD          write errno there if exec fails; it closes on success (CLOEXEC)
 *     --guard FD           see below
 *     --lifeline           run PROGRAM as a child; when standard input ends, SIGINT it, then SIGTERM,
 *                          then SIGKILL (for sudo and systems without parent-death signals). Sets
 *                          py-spy's variables, since sudo passes none on
 *     --hold FD            see below
 *
 * Signal mask and dispositions are always reset. On failure it exits 127 (not found) or 126.
 *
 * The guard (`hotlens exec --guard FD`) is one process per recording in its own session that reads
 * lines from FD: "program PID", "sampler PID", "uuid UUID", "gone PID", "done". When FD ends without
 * "done" - we were killed - it stops the program (SIGINT, after 2 s SIGTERM, after 1.5 s SIGKILL) and
 * the samplers, and exits: nothing of ours outlives us by more than 5 s. Until then it holds the
 * descriptor of --hold, the lock of the spool, so that nobody takes the spool for abandoned while a
 * sampler still writes to it. */
#ifndef HOTLENS_RECORD_SHIM_H
#define HOTLENS_RECORD_SHIM_H

/* main() of `hotlens exec`; argv[0] is "exec". Returns only on failure or for the guard and lifeline. */
int hl_shim_main(int argc, char **argv);

#endif
