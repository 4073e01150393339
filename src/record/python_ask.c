/* Asking an interpreter about itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "find_internal.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/macros.h"
#include "hotlens/base/memory.h"
#include "hotlens/record/find.h"

#define ASK_SECONDS 10
#define ANSWER_LIMIT (64u << 10)

/* Runs on every Python that py-spy knows. -I keeps the folder, the user's site and PYTHON* variables out,
 * so nothing of a workspace is imported. Each answer is one line "key value"; -I does not silence
 * sitecustomize, so other lines are ignored. */
static const char question[] =
    "import os,sys\n"
    "try:\n"
    "    import importlib.util as u\n"
    "    pip=u.find_spec('pip') is not None\n"
    "except Exception:\n"
    "    pip=False\n"
    "try:\n"
    "    import sysconfig\n"
    "    lib=sysconfig.get_path('stdlib')\n"
    "    site=sysconfig.get_path('purelib')\n"
    "except Exception:\n"
    "    lib=site=sys.prefix\n"
    "venv=sys.prefix!=getattr(sys,'base_prefix',sys.prefix)\n"
    "managed=not venv and os.path.exists(os.path.join(lib,'EXTERNALLY-MANAGED'))\n"
    "while site and not os.path.exists(site) and os.path.dirname(site)!=site:\n"
    "    site=os.path.dirname(site)\n"
    "def say(k,v):\n"
    "    if not isinstance(v,str):\n"
    "        v='01'[bool(v)]\n"
    "    os.write(1,('hotlens-'+k+' ').encode()+os.fsencode(v)+b'\\n')\n"
    "os.write(1,b'\\n')\n"
    "say('executable',sys.executable or '')\n"
    "say('prefix',sys.prefix)\n"
    "say('version','%d.%d.%d'%sys.version_info[:3])\n"
    "say('venv',venv)\n"
    "say('pip',pip)\n"
    "say('managed',managed)\n"
    "say('writable',os.access(site,os.W_OK))\n";

/* The value of a key, which runs to the end of its line. Caller frees; NULL when missing. */
static char *answer(const char *text, const char *key)
{
    _cleanup_free_ char *start = hl_xasprintf("\nhotlens-%s ", key);
    const char *at = text ? strstr(text, start) : NULL;
    if (!at) {
        return NULL;
    }
    at += strlen(start);
    return hl_xstrndup(at, strcspn(at, "\n"));
}

static bool answer_bool(const char *text, const char *key)
{
    _cleanup_free_ char *value = answer(text, key);
    return value && strcmp(value, "1") == 0;
}

static int report(const char *python, int result, int status, struct hl_error *error)
{
    if (result == -ETIMEDOUT) {
        return hl_error_set(error, ETIMEDOUT, "%s did not answer within %d seconds", python,
                            ASK_SECONDS);
    }
    if (result < 0) {
        return hl_error_set_errno(error, -result, "cannot run %s", python);
    }
    if (WIFSIGNALED(status)) {
        return hl_error_set(error, EIO, "%s was ended by signal %d", python, WTERMSIG(status));
    }
    return hl_error_set(error, EIO, "%s does not answer like Python 3 (exit status %d)", python,
                        WEXITSTATUS(status));
}

int hl_python_ask(const char *python, struct hl_python_facts *ret_facts, struct hl_error *error)
{
    struct hl_python_place place = { 0 };
    return hl_python_ask_in(python, &place, ret_facts, error);
}

int hl_python_ask_in(const char *python, const struct hl_python_place *place,
                     struct hl_python_facts *ret_facts, struct hl_error *error)
{
    _cleanup_buffer_ struct hl_buffer output = { 0 };
    char *argv[] = { (char *)python, (char *)"-I", (char *)"-c", (char *)question, NULL };
    struct command command = {
        .argv = argv,
        .cwd = place->cwd,
        .environment = place->environment,
        .error_fd = -1,
        .limit = ANSWER_LIMIT,
        .timeout = ASK_SECONDS * HL_NS_PER_SECOND,
        .cancelled = place->cancelled,
    };
    int status = 0;
    int result = command_run(&command, &output, &status);
    if (result < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return report(python, result, status, error);
    }
    struct hl_python_facts facts = {
        .executable = answer(output.data, "executable"),
        .prefix = answer(output.data, "prefix"),
        .version = answer(output.data, "version"),
        .is_venv = answer_bool(output.data, "venv"),
        .has_pip = answer_bool(output.data, "pip"),
        .externally_managed = answer_bool(output.data, "managed"),
        .prefix_writable = answer_bool(output.data, "writable"),
    };
    if (!facts.executable || !facts.executable[0] || !facts.prefix || !facts.version) {
        hl_python_facts_finish(&facts);
        return report(python, 0, status, error);
    }
    *ret_facts = facts;
    return 0;
}

void hl_python_facts_finish(struct hl_python_facts *facts)
{
    if (facts) {
        free(facts->executable);
        free(facts->prefix);
        free(facts->version);
        *facts = (struct hl_python_facts){ 0 };
    }
}
