/* The state of a git work tree, read from its files without running git. */
#ifndef HOTLENS_APP_GIT_H
#define HOTLENS_APP_GIT_H

struct hl_git_facts {
    char *commit; /* 40 or 64 hexadecimal digits, or NULL */
    char *branch; /* or NULL when detached */
    int dirty;    /* 1 when a tracked file differs from the index or is missing, 0, -1 unknown */
};

/* For the work tree that holds `folder`: linked work trees, submodules and packed refs are understood,
 * reftable is not (commit and branch stay unknown). Files whose times say nothing are compared by
 * content. Something staged but not committed counts as dirty where the last commit is a loose object
 * and the index has its tree cached; else it is not seen. Untracked files never count. Bounded work;
 * never fails: what cannot be found stays unknown. */
void hl_git_read(const char *folder, struct hl_git_facts *ret_facts);
void hl_git_facts_finish(struct hl_git_facts *facts);

#endif
